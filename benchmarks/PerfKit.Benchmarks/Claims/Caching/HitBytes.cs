using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching;

/// <summary>A hit in the local cache allocates nothing, whichever way it is asked for.</summary>
public sealed class HitBytes : Claim
{
    private const int Operations = 100_000;
    private const string Key = "customer:000000000042";

    public override string Area => "caching-local";
    public override string Id => "hit-bytes";
    public override Bar Bar => Bar.AtMost(0, "B");
    public override bool Quick => true;

    public override Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var cache = TableKeys.CacheOf(TableKeys.Roomy);
        cache.Set(Key, TableKeys.Value);
        (string Path, double Bytes)[] paths =
        [
            ("TryGet", Allocations.PerOperation(Operations, n => TryGet(cache, n))),
            ("TryGet by span", Allocations.PerOperation(Operations, n => TryGetBySpan(cache, n))),
            ("GetOrAdd", Allocations.PerOperation(Operations, n => GetOrAdd(cache, n))),
            ("GetOrAddAsync", Allocations.PerOperation(Operations, n => GetOrAddAsync(cache, n))),
        ];
        var worst = paths.MaxBy(p => p.Bytes);
        var note = worst.Bytes > 0 ? worst.Path : string.Join(", ", paths.Select(p => p.Path));
        return Task.FromResult(new Measured(worst.Bytes, "B", note));
    }

    private static void TryGet(LocalCache<string, string> cache, int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            Expect(cache.TryGet(Key, out var value) && value is not null);
        }
    }

    private static void TryGetBySpan(LocalCache<string, string> cache, int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            Expect(cache.TryGet(Key.AsSpan(), out var value) && value is not null);
        }
    }

    private static void GetOrAdd(LocalCache<string, string> cache, int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            Expect(cache.GetOrAdd(Key, 0, NeverCalled) is not null);
        }
    }

    private static void GetOrAddAsync(LocalCache<string, string> cache, int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            Expect(cache.GetOrAddAsync(Key, 0, NeverCalled));
        }
    }

    private static void Expect(ValueTask<string> hit) => Expect(hit.IsCompletedSuccessfully);

    private static void Expect(bool hit)
    {
        if (!hit)
        {
            throw new InvalidOperationException("A hit completes at once.");
        }
    }

    private static string NeverCalled(string key, int state) =>
        throw new InvalidOperationException("A hit calls no factory.");

    private static ValueTask<string> NeverCalled(string key, int state, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("A hit calls no factory.");
}
