using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching;

/// <summary>A hit of <c>GetOrAddAsync</c> against the least such a method can do: a dictionary's lookup in a completed task.</summary>
public sealed class AsyncHit : Claim
{
    private readonly LocalCache<string, string> _cache = TableKeys.CacheOf(TableKeys.Roomy);
    private readonly LeastAsyncCache _least = new();

    public override string Area => "caching-local";
    public override string Id => "async-hit";
    public override Bar Bar => Bar.AtMost(2.2, "x", "<= 2.2x");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var keys = TableKeys.Make(TableKeys.Resident);
        var reads = TableKeys.ZipfReads(keys);
        foreach (var key in keys)
        {
            _cache.Set(key, TableKeys.Value);
            await _least.GetOrAddAsync(key, 0, static (_, _, _) => new(TableKeys.Value), cancellationToken);
        }

        var result = await new PairedRounds().RunAsync(
            operations => HitCache(reads, operations),
            operations => HitLeast(reads, operations),
            cancellationToken
        );
        return new Measured(result.WallRatio, "x", result.Note);
    }

    private void HitCache(string[] reads, int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            Expect(_cache.GetOrAddAsync(reads[i & (reads.Length - 1)], 0, NeverCalled));
        }
    }

    private void HitLeast(string[] reads, int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            Expect(_least.GetOrAddAsync(reads[i & (reads.Length - 1)], 0, NeverCalled));
        }
    }

    private static void Expect(ValueTask<string> hit)
    {
        if (!hit.IsCompletedSuccessfully || hit.Result is null)
        {
            throw new InvalidOperationException("A hit completes at once.");
        }
    }

    private static ValueTask<string> NeverCalled(string key, int state, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("A hit calls no factory.");
}
