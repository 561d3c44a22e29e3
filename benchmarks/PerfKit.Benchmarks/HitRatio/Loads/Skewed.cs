namespace PerfKit.Benchmarks.HitRatio.Loads;

/// <summary>Loads whose keys keep their popularity.</summary>
internal static class Skewed
{
    public static IEnumerable<int> Zipf(ulong seed, int accesses, int count, double skew)
    {
        var (rng, zipf) = (new Rng(seed), new Zipf(count, skew));
        for (var i = 0; i < accesses; i++)
        {
            yield return zipf.Draw(rng);
        }
    }

    /// <summary>A share of the accesses asks for an object that nobody asked for before or will after.</summary>
    public static IEnumerable<int> WithOneHitWonders(ulong seed, int accesses, int count, double skew, double share)
    {
        var (rng, zipf, next) = (new Rng(seed), new Zipf(count, skew), count);
        for (var i = 0; i < accesses; i++)
        {
            yield return rng.Unit() < share ? next++ : zipf.Draw(rng);
        }
    }
}
