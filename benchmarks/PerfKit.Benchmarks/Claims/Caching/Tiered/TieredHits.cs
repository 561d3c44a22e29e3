using System.Buffers;
using Microsoft.Extensions.Caching.Hybrid;
using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered;

/// <summary>
/// A hit of <c>HybridCache.GetOrCreateAsync</c> against the least such a method can do: a dictionary's lookup in a completed
/// task. In a process of its own, because a few nanoseconds depend on what the compiler has seen before.
/// </summary>
public sealed class L1Hit : Claim
{
    private readonly TieredCache _cache = new(new TieredCacheOptions());
    private readonly LeastAsyncCache _least = new();

    public override string Area => "caching-tiered";
    public override string Id => "l1-hit";
    public override Bar Bar => Bar.AtMost(2.5, "x", "<= 2.5x");

    /// <summary>The child.</summary>
    public static Task<Measured> RunChildAsync() => new L1Hit().MeasureHereAsync(CancellationToken.None);

    public override Task<Measured> MeasureAsync(CancellationToken cancellationToken) =>
        ChildRun.ReportAsync<Measured>(cancellationToken, "tiered-hit");

    private async Task<Measured> MeasureHereAsync(CancellationToken cancellationToken)
    {
        var keys = TableKeys.Make(TableKeys.Resident);
        var reads = TableKeys.ZipfReads(keys);
        foreach (var key in keys)
        {
            await _cache.SetAsync(key, TableKeys.Value, cancellationToken: cancellationToken);
            await _least.GetOrAddAsync(key, 0, static (_, _, _) => new(TableKeys.Value), cancellationToken);
        }

        HybridCache hybrid = _cache; // As it is injected.
        var result = await new PairedRounds().RunAsync(
            operations => HitCache(hybrid, reads, operations),
            operations => HitLeast(reads, operations),
            cancellationToken
        );
        return new Measured(result.WallRatio, "x", result.Note);
    }

    private static void HitCache(HybridCache cache, string[] reads, int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            Hits.Expect(cache.GetOrCreateAsync(reads[i & (reads.Length - 1)], 0, Hits.NeverCalled<string>));
        }
    }

    private void HitLeast(string[] reads, int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            Hits.Expect(_least.GetOrAddAsync(reads[i & (reads.Length - 1)], 0, static (_, _, _) => new("never")));
        }
    }
}

/// <summary>The bytes of such a hit, also of a tagged value and through the overload with a factory that decides.</summary>
public sealed class L1HitBytes : Claim
{
    private const int Operations = 100_000;

    public override string Area => "caching-tiered";
    public override string Id => "l1-hit-bytes";
    public override Bar Bar => Bar.AtMost(0, "B");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var cache = new TieredCache(new TieredCacheOptions());
        HybridCache hybrid = cache;
        await hybrid.SetAsync("key", "value", cancellationToken: cancellationToken);
        await hybrid.SetAsync("tagged", "value", tags: ["one", "two"], cancellationToken: cancellationToken);
        await hybrid.SetAsync("number", 42, cancellationToken: cancellationToken);
        (string Path, double Bytes)[] paths =
        [
            ("plain", Bytes(() => Hits.Expect(hybrid.GetOrCreateAsync("key", 0, Hits.NeverCalled<string>)))),
            ("tagged", Bytes(() => Hits.Expect(hybrid.GetOrCreateAsync("tagged", 0, Hits.NeverCalled<string>)))),
            ("number", Bytes(() => Hits.Expect(hybrid.GetOrCreateAsync("number", 0, Hits.NeverCalled<int>)))),
            ("deciding", Bytes(() => Hits.Expect(cache.GetOrCreateAsync("key", 0, Hits.NeverDecides<string>)))),
            ("TryGetAsync", Bytes(() => Hits.ExpectFound(cache.TryGetAsync<string>("key")))),
        ];
        var worst = paths.MaxBy(p => p.Bytes);
        return new Measured(worst.Bytes, "B", worst.Bytes > 0 ? worst.Path : $"{paths.Length} paths");
    }

    private static double Bytes(Action hit) =>
        Allocations.PerOperation(
            Operations,
            n =>
            {
                for (var i = 0; i < n; i++)
                {
                    hit();
                }
            }
        );
}

/// <summary>A hit of 64 KB that is shared: time and bytes do not grow with the value.</summary>
public sealed class L1Shared : Claim
{
    public override string Area => "caching-tiered";
    public override string Id => "l1-64k";
    public override Bar Bar => Bar.AtMost(200, "ns", "<= 200 ns");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var cache = await Hits.With64KAsync(cancellationToken);
        HybridCache hybrid = cache;
        var result = await new PairedRounds().RunAsync(
            n => Hits.ReadSequence(hybrid, n),
            n => Hits.ReadSequence(hybrid, n),
            cancellationToken
        );
        return new Measured(result.SubjectNanoseconds, "ns", result.Note);
    }
}

/// <summary>The bytes of such a hit.</summary>
public sealed class L1SharedBytes : Claim
{
    public override string Area => "caching-tiered";
    public override string Id => "l1-64k-bytes";
    public override Bar Bar => Bar.AtMost(0, "B");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var cache = await Hits.With64KAsync(cancellationToken);
        HybridCache hybrid = cache;
        return new Measured(Allocations.PerOperation(100_000, n => Hits.ReadSequence(hybrid, n)), "B");
    }
}

internal static class Hits
{
    private const int Bytes = 64 << 10;

    public static async Task<TieredCache> With64KAsync(CancellationToken cancellationToken)
    {
        var cache = new TieredCache(new TieredCacheOptions());
        var value = new ReadOnlySequence<byte>(new byte[Bytes]);
        await cache.SetAsync("key", value, cancellationToken: cancellationToken);
        return cache;
    }

    public static void ReadSequence(HybridCache cache, int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            var hit = cache.GetOrCreateAsync("key", 0, NeverCalled<ReadOnlySequence<byte>>);
            if (!hit.IsCompletedSuccessfully || hit.Result.Length != Bytes)
            {
                throw new InvalidOperationException("A hit completes at once.");
            }
        }
    }

    public static void Expect<T>(ValueTask<T> hit)
    {
        if (!hit.IsCompletedSuccessfully || hit.Result is null)
        {
            throw new InvalidOperationException("A hit completes at once.");
        }
    }

    public static void ExpectFound<T>(ValueTask<CacheLookup<T>> hit)
    {
        if (!hit.IsCompletedSuccessfully || !hit.Result.HasValue)
        {
            throw new InvalidOperationException("A hit completes at once, with its value.");
        }
    }

    public static ValueTask<T> NeverCalled<T>(int state, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("A hit calls no factory.");

    public static ValueTask<T> NeverDecides<T>(
        int state,
        CacheFactoryContext context,
        CancellationToken cancellationToken
    ) => throw new InvalidOperationException("A hit calls no factory.");
}
