namespace PerfKit.Caching.Internal;

/// <summary>A value under its key. It never changes: replacing a value makes a new entry.</summary>
internal class CacheEntry<TKey, TValue>(uint hash, TKey key, TValue value, long weight, long expiresAtMilliseconds)
    : KeyNode<TKey>(hash, key, weight, expiresAtMilliseconds)
{
    public readonly TValue Value = value;

    /// <summary>A read at this time was a use of it.</summary>
    public virtual void Slide(long nowMilliseconds) { }
}

/// <summary>An entry whose expiry moves on with its reads, up to a last moment.</summary>
internal sealed class SlidingEntry<TKey, TValue>(
    uint hash,
    TKey key,
    TValue value,
    long weight,
    long nowMilliseconds,
    long spanMilliseconds,
    long lastMilliseconds
) : CacheEntry<TKey, TValue>(hash, key, value, weight, Math.Min(nowMilliseconds + spanMilliseconds, lastMilliseconds))
{
    public override void Slide(long nowMilliseconds)
    {
        var expiresAt = Math.Min(nowMilliseconds + spanMilliseconds, lastMilliseconds);
        if (expiresAt > ExpiresAtMilliseconds)
        {
            ExpiresAtMilliseconds = expiresAt; // At most once a clock tick, so a hot entry is not written by every read.
        }
    }
}
