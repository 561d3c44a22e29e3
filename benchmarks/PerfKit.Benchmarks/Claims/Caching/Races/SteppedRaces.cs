namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>Interleavings of logical operations, in an order that a seed decides.</summary>
internal sealed class SteppedRaces : IRacePart
{
    private const int Batch = 256;

    public string Name => "stepped";

    public async Task<RaceCount> RunAsync(int seed, int count, CancellationToken cancellationToken)
    {
        var workers = Math.Max(1, Environment.ProcessorCount);
        var found = await Task.WhenAll(
            Enumerable
                .Range(0, workers)
                .Select(worker => Task.Run(() => PlayAsync(seed, worker, workers, count, cancellationToken)))
        );
        return found.Aggregate(RaceCount.None, static (sum, next) => sum + next);
    }

    private static async Task<RaceCount> PlayAsync(
        int seed,
        int worker,
        int workers,
        int count,
        CancellationToken cancellationToken
    )
    {
        var sum = RaceCount.None;
        var batch = new List<SteppedHistory>(Batch);
        for (var i = worker; i < count; i += workers)
        {
            var history = new SteppedHistory(seed + i);
            history.Play();
            batch.Add(history);
            if (batch.Count == Batch || i + workers >= count)
            {
                sum += await EndAsync(batch, cancellationToken);
                batch.Clear();
            }
        }

        return sum;
    }

    /// <summary>Callers are answered on the thread pool, so they are judged many at a time.</summary>
    private static async Task<RaceCount> EndAsync(List<SteppedHistory> batch, CancellationToken cancellationToken)
    {
        var sum = RaceCount.None;
        foreach (var history in batch)
        {
            await history.EndAsync(cancellationToken);
            sum += new RaceCount(1, history.Played, history.Wrong, history.First);
        }

        return sum;
    }
}
