namespace PerfKit.Caching;

/// <summary>How long one value is served. What is null is as the cache's options say.</summary>
/// <param name="TimeToLive">
/// From when the value is put: 1 ms or more; <see cref="TimeSpan.MaxValue"/> is for ever, zero does not keep the value.
/// </param>
/// <param name="SlidingExpiration">
/// From the last read: 1 ms or more, never beyond the time to live; <see cref="TimeSpan.MaxValue"/> is none.
/// </param>
public readonly record struct CacheLifetime(TimeSpan? TimeToLive = null, TimeSpan? SlidingExpiration = null)
{
    internal string? Fault() =>
        TimeToLive is { } span && span != TimeSpan.Zero && span < LocalCacheOptions.MinTimeToLive
            ? FormattableString.Invariant($"A lifetime's TimeToLive is {span:c} but must be zero or at least 1 ms.")
        : SlidingExpiration < LocalCacheOptions.MinTimeToLive
            ? FormattableString.Invariant(
                $"A lifetime's SlidingExpiration is {SlidingExpiration:c} but must be at least 1 ms."
            )
        : null;
}
