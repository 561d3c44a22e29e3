namespace PerfKit.Caching.Internal;

/// <summary>From lifetimes to moments on the cache's clock, in milliseconds.</summary>
internal sealed class Expiry(LocalCacheOptions options)
{
    public const long Never = long.MaxValue;

    private readonly CacheLifetime _default = new(options.TimeToLive, options.SlidingExpiration);
    private readonly double _jitter = options.Jitter;

    /// <summary>Whether values that are put without a lifetime of their own expire.</summary>
    public bool IsOn { get; } = options.TimeToLive is not null || options.SlidingExpiration is not null;

    public CacheEntry<TKey, TValue> Entry<TKey, TValue>(
        uint hash,
        TKey key,
        TValue value,
        long weight,
        CacheLifetime lifetime,
        long nowMilliseconds
    )
    {
        var last = After(nowMilliseconds, lifetime.TimeToLive ?? _default.TimeToLive, _jitter);
        var sliding = lifetime.SlidingExpiration ?? _default.SlidingExpiration;
        if (sliding is null || sliding == TimeSpan.MaxValue)
        {
            return new CacheEntry<TKey, TValue>(hash, key, value, weight, last);
        }

        var span = Milliseconds(sliding.Value);
        return new SlidingEntry<TKey, TValue>(hash, key, value, weight, nowMilliseconds, span, last)
        {
            IsSliding = true,
        };
    }

    private static long After(long now, TimeSpan? timeToLive, double jitter)
    {
        if (timeToLive is not { } span || span == TimeSpan.MaxValue)
        {
            return Never;
        }

        var milliseconds = Milliseconds(span);
        return now
            + (
                jitter == 0
                    ? milliseconds
                    : (long)Math.Ceiling(milliseconds * (1 - (jitter * Random.Shared.NextDouble())))
            );
    }

    /// <summary>At most a thousand years, so that a sum does not overflow.</summary>
    private static long Milliseconds(TimeSpan span) => (long)Math.Ceiling(Math.Min(span.TotalMilliseconds, 3.2e13));
}
