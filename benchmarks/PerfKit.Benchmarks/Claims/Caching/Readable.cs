using System.Globalization;
using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.HitRatio.Loads;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching;

/// <summary>In a full cache whatever is put can be read right after, bounded by count or by weights of very different sizes.</summary>
public sealed class Readable : Claim
{
    private const int Capacity = 8_192;
    private const int Inserts = 200_000;

    public override string Area => "caching-local";
    public override string Id => "readable";
    public override Bar Bar => Bar.AtLeast(100, "%");
    public override bool Quick => true;

    public override Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var rng = new Rng(7);
        var byCount = Share(new LocalCache<long, int>(new LocalCacheOptions { Capacity = Capacity }), () => 1);
        var byWeight = Share(
            new LocalCache<long, int>(
                new LocalCacheOptions { Capacity = Capacity * 64L },
                static (_, weight) => weight
            ),
            Weight
        );
        var sized = Share(
            new LocalCache<long, int>(
                new LocalCacheOptions { Capacity = Capacity * 64L, SizeAware = true },
                static (_, weight) => weight
            ),
            Weight
        );
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"count {byCount:0.##} %, weight {byWeight:0.##} %, size-aware {sized:0.##} %"
        );
        return Task.FromResult(new Measured(new[] { byCount, byWeight, sized }.Min(), "%", note));

        int Weight() => (int)Math.Clamp(rng.LogNormal(32, 1.5), 1, Capacity); // The heaviest weigh a 64th of the whole.
    }

    private static double Share(LocalCache<long, int> cache, Func<int> weight)
    {
        var readable = 0;
        for (var key = 0L; key < Inserts; key++)
        {
            var value = weight();
            cache.Set(key, value);
            readable += cache.TryGet(key, out var read) && read == value ? 1 : 0;
        }

        return cache.GetStatistics().Evictions > 0
            ? 100.0 * readable / Inserts
            : throw new InvalidOperationException("The cache was never full.");
    }
}
