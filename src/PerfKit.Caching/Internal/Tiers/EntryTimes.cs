namespace PerfKit.Caching.Internal;

/// <summary>When an entry is renewed, ends, is no longer served stale and leaves.</summary>
internal readonly record struct EntryTimes(long AttendAt, long FreshUntil, long ServedUntil, long KeptUntil)
{
    /// <summary>Far enough for every span, near enough for sums.</summary>
    public const long Never = long.MaxValue / 4;

    /// <param name="now">Milliseconds.</param>
    /// <param name="fresh">How long it is fresh.</param>
    /// <param name="policy">What comes behind its end.</param>
    /// <param name="renewed">After what time a read renews it before its end; null for not at all.</param>
    public static EntryTimes From(long now, long fresh, in EntryPolicy policy, long? renewed)
    {
        var freshUntil = now + fresh;
        return policy.Afterlife == TimeSpan.Zero && renewed is null
            ? new EntryTimes(Never, freshUntil, freshUntil, freshUntil)
            : new EntryTimes(
                Math.Min(now + (renewed ?? fresh), freshUntil),
                freshUntil,
                freshUntil + Milliseconds(policy.StaleWhileRevalidate),
                freshUntil + Milliseconds(policy.Afterlife)
            );
    }

    public static long Milliseconds(TimeSpan span) =>
        span == TimeSpan.MaxValue ? Never / 4 : (long)Math.Ceiling(span.TotalMilliseconds);
}
