using Microsoft.Extensions.Caching.Hybrid;

namespace PerfKit.Caching;

/// <summary>
/// How one entry is kept. What is null is as <see cref="TieredCacheOptions.Entries"/> says. Read once when a value is made.
/// </summary>
public sealed class TieredEntryOptions
{
    internal const double MaxJitter = 0.9;

    internal static readonly TimeSpan MinSpan = TimeSpan.FromMilliseconds(1);
    internal static readonly TimeSpan MaxSpan = TimeSpan.FromDays(3650);
    internal static readonly TimeSpan MaxTimeout = TimeSpan.FromDays(1);

    /// <summary>How long the value is fresh, in all tiers: 1 ms to 3,650 days; by default 5 minutes.</summary>
    public TimeSpan? Expiration { get; set; }

    /// <summary>
    /// How long this process serves it before it asks the second tier again, never beyond <see cref="Expiration"/>: 1 ms to
    /// 3,650 days; by default as <see cref="Expiration"/>. Only of use with a second tier.
    /// </summary>
    public TimeSpan? LocalExpiration { get; set; }

    /// <summary>
    /// It also ends when it was not read for so long: 1 ms to 3,650 days; by default never. <see cref="Expiration"/> stays
    /// the end, so that a wrong value that is read often does not stay. Each process counts its own reads; the second tier
    /// keeps the value for one span, so others make it anew.
    /// </summary>
    public TimeSpan? SlidingExpiration { get; set; }

    /// <summary>
    /// Shortens <see cref="Expiration"/> by a random part of up to this share, so that values made together do not end
    /// together: 0 to 0.9; by default 0.
    /// </summary>
    public double? Jitter { get; set; }

    /// <summary>
    /// From which share of its time to live on a read renews it in the background: 0.1 to 0.99; by default never.
    /// </summary>
    public double? EarlyRefresh { get; set; }

    /// <summary>
    /// For so long behind its end it is still served at once while it is renewed in the background: 1 ms to 3,650 days; by
    /// default not at all. Never after a removal.
    /// </summary>
    public TimeSpan? StaleWhileRevalidate { get; set; }

    /// <summary>
    /// For so long behind its end it is served when the factory fails or takes too long: 1 ms to 3,650 days; by default not
    /// at all. Never after a removal.
    /// </summary>
    public TimeSpan? FailSafe { get; set; }

    /// <summary>
    /// How long a caller waits for the factory while a value for <see cref="FailSafe"/> is there; the factory goes on in the
    /// background: 1 ms to 1 day; by default until it ends.
    /// </summary>
    public TimeSpan? SoftTimeout { get; set; }

    /// <summary>
    /// How long anybody waits for the factory; behind it the factory's token is cancelled, and the callers get the value for
    /// <see cref="FailSafe"/> or a <see cref="TimeoutException"/>: 1 ms to 1 day; by default until it ends.
    /// </summary>
    public TimeSpan? HardTimeout { get; set; }

    /// <summary>
    /// How long a value is known to be absent after the factory said so (<see cref="CacheFactoryContext.NotFound"/>):
    /// 1 ms to 3,650 days; by default 30 seconds.
    /// </summary>
    public TimeSpan? NegativeExpiration { get; set; }

    /// <summary>
    /// What it weighs in memory, in bytes: 1 to 1,099,511,627,776; by default its text, its bytes or its serialized bytes,
    /// and for other values that are shared as they are twice their serialized bytes, where a second tier has them, and
    /// 1,024 at least.
    /// </summary>
    public long? SizeBytes { get; set; }

    /// <summary>What this entry leaves out, as <see cref="HybridCache"/> has it; by default nothing.</summary>
    public HybridCacheEntryFlags? Flags { get; set; }

    internal string? Fault(string key) =>
        FaultOf(key, nameof(Expiration), Expiration, MaxSpan)
        ?? FaultOf(key, nameof(LocalExpiration), LocalExpiration, MaxSpan)
        ?? FaultOf(key, nameof(SlidingExpiration), SlidingExpiration, MaxSpan)
        ?? FaultOf(key, nameof(StaleWhileRevalidate), StaleWhileRevalidate, MaxSpan)
        ?? FaultOf(key, nameof(FailSafe), FailSafe, MaxSpan)
        ?? FaultOf(key, nameof(SoftTimeout), SoftTimeout, MaxTimeout)
        ?? FaultOf(key, nameof(HardTimeout), HardTimeout, MaxTimeout)
        ?? FaultOf(key, nameof(NegativeExpiration), NegativeExpiration, MaxSpan)
        ?? FaultOf(key, nameof(Jitter), Jitter, 0, MaxJitter)
        ?? FaultOf(key, nameof(EarlyRefresh), EarlyRefresh, 0.1, 0.99)
        ?? (
            SizeBytes is < 1 or > LocalCacheOptions.MaxCapacity
                ? FormattableString.Invariant(
                    $"{key}: SizeBytes is {SizeBytes} but must be between 1 and {LocalCacheOptions.MaxCapacity} bytes, or null."
                )
                : null
        );

    private static string? FaultOf(string key, string option, TimeSpan? value, TimeSpan most) =>
        value < MinSpan || value > most
            ? FormattableString.Invariant(
                $"{key}: {option} is {value:c} but must be between {MinSpan:c} and {most:c}, or null."
            )
            : null;

    private static string? FaultOf(string key, string option, double? value, double least, double most) =>
        value is { } share && !(share >= least && share <= most)
            ? FormattableString.Invariant(
                $"{key}: {option} is {share} but must be between {least} and {most}, or null."
            )
            : null;
}
