using Microsoft.Extensions.Caching.Memory;
using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching;

/// <summary>A hit costs at most half of one in the framework's bounded table, <see cref="MemoryCache"/>.</summary>
public sealed class LocalCacheHitTime : Claim
{
    private const int Keys = 4096;

    public override string Area => "caching-local";
    public override string Id => "hit-time";
    public override Bar Bar => Bar.AtMost(0.5, "x MemoryCache");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var cache = new LocalCache<int, string>(new LocalCacheOptions { Capacity = Keys });
        using var peer = new MemoryCache(new MemoryCacheOptions { SizeLimit = Keys });
        foreach (var key in Enumerable.Range(0, Keys))
        {
            cache.Set(key, "value");
            peer.Set(key, "value", new MemoryCacheEntryOptions { Size = 1 });
        }

        var result = await new PairedRounds().RunAsync(
            operations => HitCache(cache, operations),
            operations => HitPeer(peer, operations),
            cancellationToken
        );
        return new Measured(result.WallRatio, "x MemoryCache", result.Note);
    }

    private static void HitCache(LocalCache<int, string> cache, int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            cache.TryGet(i & (Keys - 1), out _);
        }
    }

    private static void HitPeer(MemoryCache cache, int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            cache.TryGetValue(i & (Keys - 1), out string? _);
        }
    }
}
