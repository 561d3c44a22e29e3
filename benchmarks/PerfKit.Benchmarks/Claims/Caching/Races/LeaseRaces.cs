namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>Interleavings of leases, puts, fills and removals, in an order that a seed decides.</summary>
internal sealed class LeaseRaces : IRacePart
{
    public string Name => "leases";

    public Task<RaceCount> RunAsync(int seed, int count, CancellationToken cancellationToken) =>
        RaceWorkers.RunAsync(count, numbers => PlayAsync(seed, numbers, cancellationToken));

    /// <summary>One cache for all histories of a worker: each must leave it as it found it.</summary>
    private static async Task<RaceCount> PlayAsync(
        int seed,
        IEnumerable<int> numbers,
        CancellationToken cancellationToken
    )
    {
        var sum = RaceCount.None;
        using var leases = new LeaseCache();
        foreach (var number in numbers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var history = new LeaseHistory(leases, seed + number);
            await history.PlayAsync();
            sum += new RaceCount(1, history.Played, history.Wrong, history.First);
        }

        return sum;
    }
}
