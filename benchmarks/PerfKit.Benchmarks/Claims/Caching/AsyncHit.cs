using System.Collections.Concurrent;
using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching;

/// <summary>A hit of <c>GetOrAddAsync</c> against the least such a method can do: a dictionary's lookup in a completed task.</summary>
public sealed class AsyncHit : Claim
{
    private readonly LocalCache<string, string> _cache = TableKeys.CacheOf(TableKeys.Roomy);
    private readonly LeastAsync _least = new();

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

    /// <summary>Bounds nothing, expires nothing, and lets every caller that misses load.</summary>
    private sealed class LeastAsync
    {
        private readonly ConcurrentDictionary<string, string> _values = new();

        public ValueTask<string> GetOrAddAsync<TState>(
            string key,
            TState state,
            Func<string, TState, CancellationToken, ValueTask<string>> factory,
            CancellationToken cancellationToken = default
        ) => _values.TryGetValue(key, out var value) ? new(value) : AddAsync(key, state, factory, cancellationToken);

        private async ValueTask<string> AddAsync<TState>(
            string key,
            TState state,
            Func<string, TState, CancellationToken, ValueTask<string>> factory,
            CancellationToken cancellationToken
        ) => _values[key] = await factory(key, state, cancellationToken);
    }
}
