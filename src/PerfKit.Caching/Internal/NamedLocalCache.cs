using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Internal;

/// <summary>What the container makes for <c>ILocalCache&lt;,&gt;</c>: the cache whose options bear the service key's name.</summary>
internal sealed class NamedLocalCache<TKey, TValue>(
    IServiceProvider services,
    IOptionsMonitor<LocalCacheOptions> options,
    [ServiceKey] string name = ""
) : ILocalCache<TKey, TValue>, ITextLookup<TValue>
    where TKey : notnull
{
    private readonly LocalCache<TKey, TValue> _cache = LocalCacheFactory.Create<TKey, TValue>(services, options, name);

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) => _cache.TryGet(key, out value);

    public ValueTask<TValue> GetOrAddAsync<TState>(
        TKey key,
        TState state,
        Func<TKey, TState, CancellationToken, ValueTask<TValue>> factory,
        CancellationToken cancellationToken = default
    ) => _cache.GetOrAddAsync(key, state, factory, cancellationToken);

    public TValue GetOrAdd<TState>(TKey key, TState state, Func<TKey, TState, TValue> factory) =>
        _cache.GetOrAdd(key, state, factory);

    public void Set(TKey key, TValue value) => _cache.Set(key, value);

    public void Set(TKey key, TValue value, CacheLifetime lifetime) => _cache.Set(key, value, lifetime);

    public bool TryReplace(TKey key, TValue value, TValue expected) => _cache.TryReplace(key, value, expected);

    bool ITextLookup<TValue>.TryGet(ReadOnlySpan<char> key, [MaybeNullWhen(false)] out TValue value) =>
        ((ITextLookup<TValue>)_cache).TryGet(key, out value);

    public bool Remove(TKey key) => _cache.Remove(key);

    public void Clear() => _cache.Clear();

    public LocalCacheStatistics GetStatistics() => _cache.GetStatistics();

    public string Explain(TKey key) => _cache.Explain(key);
}
