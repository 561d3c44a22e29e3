namespace PerfKit.Benchmarks.HitRatio.Loads;

/// <summary>Loads that change or mix their nature.</summary>
internal static class Moving
{
    /// <summary>Normally distributed keys around a centre that moves on by one key every few accesses.</summary>
    public static IEnumerable<int> Drift(ulong seed, int accesses, int width, int accessesPerStep)
    {
        var rng = new Rng(seed);
        var first = 8 * width;
        for (var i = 0; i < accesses; i++)
        {
            yield return first + (i / accessesPerStep) + (int)(rng.Normal() * width);
        }
    }

    /// <summary>Skewed, loop, recency, twice over; the skewed phases and the loops have keys of their own each time.</summary>
    public static IEnumerable<int> Phases(ulong seed, int accesses, int phase)
    {
        const int room = 1_000_000; // Keys of one phase.
        var phases = (accesses + phase - 1) / phase;
        return Enumerable.Range(0, phases).SelectMany(p => OfPhase(p).Select(id => (p * room) + id)).Take(accesses);

        IEnumerable<int> OfPhase(int number) =>
            (number % 4) switch
            {
                0 => Skewed.Zipf(seed + (ulong)number, phase, 20_000, 0.9),
                1 => Sequential.Loop(phase, 10_000),
                2 => Recent.StackDistances(seed + (ulong)number, phase, 1_500, 1.5, 0.05),
                _ => Skewed.Zipf(seed + (ulong)number, phase, 8_000, 0.6),
            };
    }

    public static IEnumerable<int> Tenants(ulong seed, int accesses)
    {
        (double Share, IEnumerable<int> Load)[] tenants =
        [
            (0.40, Skewed.Zipf(seed + 1, accesses, 40_000, 0.9)),
            (0.15, Enumerable.Range(0, accesses)),
            (0.15, Sequential.Loop(accesses, 5_000)),
            (0.30, Recent.StackDistances(seed + 2, accesses, 1_500, 1.6, 0.04)),
        ];
        return Interleave(seed, accesses, tenants);
    }

    private static IEnumerable<int> Interleave(
        ulong seed,
        int accesses,
        (double Share, IEnumerable<int> Load)[] tenants
    )
    {
        var rng = new Rng(seed);
        var sources = tenants.Select(t => t.Load.GetEnumerator()).ToArray();
        for (var i = 0; i < accesses; i++)
        {
            var (tenant, draw) = (0, rng.Unit());
            while (draw >= tenants[tenant].Share && tenant < tenants.Length - 1)
            {
                draw -= tenants[tenant++].Share;
            }

            sources[tenant].MoveNext();
            yield return (sources[tenant].Current * tenants.Length) + tenant;
        }
    }
}
