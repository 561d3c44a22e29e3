namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>Deals interleavings out to one worker a core; their counts are added up.</summary>
internal static class RaceWorkers
{
    /// <summary>Each worker is given the numbers it plays.</summary>
    public static async Task<RaceCount> RunAsync(int count, Func<IEnumerable<int>, Task<RaceCount>> play)
    {
        var workers = Environment.ProcessorCount;
        var found = await Task.WhenAll(
            Enumerable
                .Range(0, Math.Min(workers, count))
                .Select(worker => Task.Run(() => play(Numbers(worker, workers, count))))
        );
        return found.Aggregate(RaceCount.None, static (sum, next) => sum + next);
    }

    private static IEnumerable<int> Numbers(int first, int step, int count)
    {
        for (var number = first; number < count; number += step)
        {
            yield return number;
        }
    }
}
