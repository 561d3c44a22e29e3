using PerfKit.Benchmarks.HitRatio.Loads;

namespace PerfKit.Benchmarks.HitRatio.Sized;

/// <summary>A load of contents of very different sizes, and the bounds in bytes to try.</summary>
internal sealed record SizedLoad(string Name, long[] CapacitiesBytes, Func<SizedStream> Generate)
{
    private const long Megabyte = 1 << 20;
    private const int Accesses = 500_000;

    /// <summary>The loads of the claim <c>size-aware</c>.</summary>
    public static IReadOnlyList<SizedLoad> All { get; } =
    [
        new(
            "files-zipf",
            [32 * Megabyte, 256 * Megabyte],
            () => SizedStream.LogNormal(201, Skewed.Zipf(201, Accesses, 50_000, 0.9))
        ),
        new(
            "files-drift",
            [16 * Megabyte, 96 * Megabyte],
            () => SizedStream.LogNormal(202, Moving.Drift(202, Accesses, 4_000, 10))
        ),
        new(
            "files-births",
            [32 * Megabyte, 256 * Megabyte],
            () => SizedStream.LogNormal(203, Recent.Births(203, Accesses))
        ),
    ];
}
