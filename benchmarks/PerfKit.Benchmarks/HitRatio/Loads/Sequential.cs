namespace PerfKit.Benchmarks.HitRatio.Loads;

/// <summary>Loads in which keys follow each other in a fixed order.</summary>
internal static class Sequential
{
    private const int Tables = 3;

    public static IEnumerable<int> Loop(int accesses, int length) =>
        Enumerable.Range(0, accesses).Select(i => i % length);

    /// <summary>Skewed reads of a hot set; after every so many of them one of three tables is read from end to end.</summary>
    public static IEnumerable<int> HotSetWithScans(ulong seed, int accesses, int hot, int table, int every)
    {
        var (rng, zipf) = (new Rng(seed), new Zipf(hot, 0.85));
        for (int done = 0, scans = 0; done < accesses; scans++)
        {
            for (var i = 0; i < every && done < accesses; i++, done++)
            {
                yield return zipf.Draw(rng);
            }

            var first = hot + (scans % Tables * table);
            for (var page = 0; page < table && done < accesses; page++, done++)
            {
                yield return first + page;
            }
        }
    }

    /// <summary>Picks one of several sets and reads it round and round, three to six times, then the next.</summary>
    public static IEnumerable<int> Loops(ulong seed, int accesses, int[] lengths)
    {
        var rng = new Rng(seed);
        var firsts = lengths.Select((_, i) => lengths.Take(i).Sum()).ToArray();
        for (var done = 0; done < accesses; )
        {
            var loop = rng.Below(lengths.Length);
            var rounds = 3 + rng.Below(4);
            for (var i = 0; i < rounds * lengths[loop] && done < accesses; i++, done++)
            {
                yield return firsts[loop] + (i % lengths[loop]);
            }
        }
    }
}
