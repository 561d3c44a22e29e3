namespace PerfKit.Caching.Internal;

/// <summary>A value and its place in the eviction order. The value never changes: replacing it makes a new entry.</summary>
internal sealed class CacheEntry<TKey, TValue>(TKey key, TValue value, long weight, long expiresAtMilliseconds)
{
    public readonly TKey Key = key;
    public readonly TValue Value = value;
    public readonly long Weight = weight;
    public readonly long ExpiresAtMilliseconds = expiresAtMilliseconds;

    /// <summary>Written by readers without a lock, only when not yet set, so that a hot entry is not written at all.</summary>
    public bool Visited;

    /// <summary>Neighbours in the order of arrival, guarded by the cache's lock.</summary>
    public CacheEntry<TKey, TValue>? Newer;

    /// <inheritdoc cref="Newer"/>
    public CacheEntry<TKey, TValue>? Older;
}
