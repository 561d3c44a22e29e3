using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching;

/// <summary>A hit in the local cache allocates nothing, by <c>TryGet</c> and by <c>GetOrAddAsync</c>.</summary>
public sealed class LocalCacheHitBytes : Claim
{
    public override string Area => "caching-local";
    public override string Id => "hit-bytes";
    public override Bar Bar => Bar.Exactly(0, "B");
    public override bool Quick => true;

    public override Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var cache = new LocalCache<int, string>(new LocalCacheOptions { Capacity = 1024 });
        cache.Set(42, "value");
        var bytes = Allocations.PerOperation(100_000, operations => Hit(cache, operations));
        return Task.FromResult(new Measured(bytes, "B"));
    }

    private static void Hit(LocalCache<int, string> cache, int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            cache.TryGet(42, out _);
            Expect(cache.GetOrAddAsync(42, 0, Absent));
        }
    }

    private static void Expect(ValueTask<string> hit)
    {
        if (!hit.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("A hit completes at once.");
        }
    }

    private static ValueTask<string> Absent(int key, int state, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("A hit calls no factory.");
}
