using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Internal;

/// <summary>What the container makes for <c>ILocalCache&lt;,&gt;</c>: the cache whose options bear the service key's name.</summary>
internal sealed class NamedLocalCache<TKey, TValue>(
    IServiceProvider services,
    IOptionsMonitor<LocalCacheOptions> options,
    [ServiceKey] string name = ""
) : ILocalCache<TKey, TValue>
    where TKey : notnull
{
    private readonly LocalCache<TKey, TValue> _cache = LocalCacheFactory.Create<TKey, TValue>(
        services,
        options,
        name,
        null
    );

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) => _cache.TryGet(key, out value);

    public ValueTask<TValue> GetOrAddAsync<TState>(
        TKey key,
        TState state,
        Func<TKey, TState, CancellationToken, ValueTask<TValue>> factory,
        CancellationToken cancellationToken = default
    ) => _cache.GetOrAddAsync(key, state, factory, cancellationToken);

    public void Set(TKey key, TValue value) => _cache.Set(key, value);

    public bool Remove(TKey key) => _cache.Remove(key);

    public void Clear() => _cache.Clear();

    public LocalCacheStatistics GetStatistics() => _cache.GetStatistics();

    public string Explain(TKey key) => _cache.Explain(key);
}
