using System.Runtime.CompilerServices;
using Microsoft.Extensions.Caching.Hybrid;

namespace PerfKit.Caching.Tests.Contract.Hybrid.Rows;

/// <summary>One of the overloads of <c>GetOrCreateAsync</c>, all of which must do the same.</summary>
internal abstract class HybridWay(string name)
{
    public static IReadOnlyList<HybridWay> All { get; } =
    [new OfText(), new OfTextAndState(), new OfSpan(), new OfSpanAndState(), new OfHandler(), new OfHandlerAndState()];

    public string Name => name;

    public abstract ValueTask<T> GetAsync<T>(
        HybridCache cache,
        string key,
        Func<CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null,
        string[]? tags = null,
        CancellationToken token = default
    );

    private sealed class OfText() : HybridWay("text")
    {
        public override ValueTask<T> GetAsync<T>(
            HybridCache cache,
            string key,
            Func<CancellationToken, ValueTask<T>> factory,
            HybridCacheEntryOptions? options,
            string[]? tags,
            CancellationToken token
        ) => cache.GetOrCreateAsync(key, factory, options, tags, token);
    }

    private sealed class OfTextAndState() : HybridWay("text and state")
    {
        public override ValueTask<T> GetAsync<T>(
            HybridCache cache,
            string key,
            Func<CancellationToken, ValueTask<T>> factory,
            HybridCacheEntryOptions? options,
            string[]? tags,
            CancellationToken token
        ) => cache.GetOrCreateAsync(key, factory, static (make, cancel) => make(cancel), options, tags, token);
    }

    private sealed class OfSpan() : HybridWay("span")
    {
        public override ValueTask<T> GetAsync<T>(
            HybridCache cache,
            string key,
            Func<CancellationToken, ValueTask<T>> factory,
            HybridCacheEntryOptions? options,
            string[]? tags,
            CancellationToken token
        ) => cache.GetOrCreateAsync(key.AsSpan(), factory, options, tags, token);
    }

    private sealed class OfSpanAndState() : HybridWay("span and state")
    {
        public override ValueTask<T> GetAsync<T>(
            HybridCache cache,
            string key,
            Func<CancellationToken, ValueTask<T>> factory,
            HybridCacheEntryOptions? options,
            string[]? tags,
            CancellationToken token
        ) => cache.GetOrCreateAsync(key.AsSpan(), factory, static (make, cancel) => make(cancel), options, tags, token);
    }

    private sealed class OfHandler() : HybridWay("interpolated")
    {
        public override ValueTask<T> GetAsync<T>(
            HybridCache cache,
            string key,
            Func<CancellationToken, ValueTask<T>> factory,
            HybridCacheEntryOptions? options,
            string[]? tags,
            CancellationToken token
        )
        {
            var handler = Interpolated(key);
            return cache.GetOrCreateAsync(ref handler, factory, options, tags, token);
        }
    }

    private sealed class OfHandlerAndState() : HybridWay("interpolated and state")
    {
        public override ValueTask<T> GetAsync<T>(
            HybridCache cache,
            string key,
            Func<CancellationToken, ValueTask<T>> factory,
            HybridCacheEntryOptions? options,
            string[]? tags,
            CancellationToken token
        )
        {
            var handler = Interpolated(key);
            return cache.GetOrCreateAsync(ref handler, factory, static (make, c) => make(c), options, tags, token);
        }
    }

    private static DefaultInterpolatedStringHandler Interpolated(string key)
    {
        var handler = new DefaultInterpolatedStringHandler(0, 1);
        handler.AppendFormatted(key);
        return handler;
    }
}
