namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>Interleavings of leases, puts, fills and removals, in an order that a seed decides.</summary>
internal sealed class LeaseRaces : IRacePart
{
    public string Name => "leases";

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

    /// <summary>One cache for all histories: each must leave it as it found it.</summary>
    private static async Task<RaceCount> PlayAsync(
        int seed,
        int worker,
        int workers,
        int count,
        CancellationToken cancellationToken
    )
    {
        var sum = RaceCount.None;
        using var leases = new LeaseCache();
        for (var i = worker; i < count; i += workers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var history = new LeaseHistory(leases, seed + i);
            await history.PlayAsync();
            sum += new RaceCount(1, history.Played, history.Wrong, history.First);
        }

        return sum;
    }
}
