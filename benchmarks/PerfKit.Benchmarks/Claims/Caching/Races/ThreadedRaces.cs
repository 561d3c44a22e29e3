namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>Histories on real threads: the seed decides what each thread does, the machine when.</summary>
internal sealed class ThreadedRaces : IRacePart
{
    private const int Steps = 6_000;

    public string Name => "threaded";

    public async Task<RaceCount> RunAsync(int seed, int count, CancellationToken cancellationToken)
    {
        var sum = RaceCount.None;
        for (var i = 0; i < count; i++)
        {
            sum += await new ThreadedHistory(seed + i).RunAsync(Steps, cancellationToken);
        }

        return sum;
    }
}
