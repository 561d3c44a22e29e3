namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>Interleavings of logical operations, in an order that a seed decides.</summary>
internal sealed class SteppedRaces : IRacePart
{
    private const int Batch = 256;

    public string Name => "stepped";

    public Task<RaceCount> RunAsync(int seed, int count, CancellationToken cancellationToken) =>
        RaceWorkers.RunAsync(count, numbers => PlayAsync(seed, numbers, cancellationToken));

    private static async Task<RaceCount> PlayAsync(
        int seed,
        IEnumerable<int> numbers,
        CancellationToken cancellationToken
    )
    {
        var sum = RaceCount.None;
        foreach (var some in numbers.Chunk(Batch))
        {
            List<SteppedHistory> batch = [.. some.Select(number => new SteppedHistory(seed + number))];
            batch.ForEach(static history => history.Play());
            sum += await EndAsync(batch, cancellationToken);
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
