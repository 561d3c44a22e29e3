using PerfKit.Benchmarks.HitRatio.Loads;

namespace PerfKit.Benchmarks.HitRatio.Sized;

/// <summary>A stream of keys, each of which has a size in bytes that never changes.</summary>
internal sealed record SizedStream(KeyStream Keys, int[] Sizes)
{
    private const int Least = 64;
    private const int Most = 4 << 20;
    private const double Median = 8 << 10;
    private const double Sigma = 1.8;

    /// <summary>Sizes as files have them: log-normal around 8 KB, within 64 B and 4 MB, whatever the popularity.</summary>
    public static SizedStream LogNormal(ulong seed, IEnumerable<int> keys)
    {
        var stream = KeyStream.Of(keys);
        var rng = new Rng(seed);
        var sizes = Enumerable
            .Range(0, stream.Distinct)
            .Select(_ => (int)Math.Clamp(rng.LogNormal(Median, Sigma), Least, Most))
            .ToArray();
        return new SizedStream(stream, sizes);
    }
}
