namespace PerfKit.Caching;

/// <summary>The bounds of one cache. The options name is the cache's name.</summary>
public sealed class LocalCacheOptions
{
    internal const long MaxCapacity = 1L << 40;
    internal const double MaxJitter = 0.9;

    internal static readonly TimeSpan MinTimeToLive = TimeSpan.FromMilliseconds(1);
    internal static readonly TimeSpan MaxTimeToLive = TimeSpan.FromDays(3650);

    /// <summary>
    /// Most entries, or with a weigher the most weight, held at any moment: 1 to 1,099,511,627,776 (2^40), by default
    /// 10,000. An entry weighs at least 1, so this also bounds their number.
    /// </summary>
    public long Capacity { get; set; } = 10_000;

    /// <summary>
    /// How long a value is served after it was put: 1 ms to 3,650 days; null (the default) is for ever. Kept to the
    /// system's coarse tick, about 16 ms.
    /// </summary>
    public TimeSpan? TimeToLive { get; set; }

    /// <summary>
    /// How long a value is served after its last read, within <see cref="TimeToLive"/>: 1 ms to 3,650 days; null (the
    /// default) is without end. Set <see cref="TimeToLive"/> beside it, or a wrong value that is read often stays.
    /// </summary>
    public TimeSpan? SlidingExpiration { get; set; }

    /// <summary>
    /// Shortens each time to live by a random part of up to this share, so that values put together do not expire
    /// together: 0 (the default) to 0.9.
    /// </summary>
    public double Jitter { get; set; }

    /// <summary>
    /// For values of very different weights: keeps what is read most for its weight (GDSF), so many small values rather
    /// than a few large ones. Raises the share of reads that hit, at the price of the share of bytes. By default false:
    /// the eviction order adapts to the load (W-TinyLFU) and does not look at weights.
    /// </summary>
    public bool SizeAware { get; set; }

    internal string? Fault(string name)
    {
        var key = name.Length == 0 ? "LocalCacheOptions" : $"LocalCacheOptions '{name}'";
        if (Capacity is < 1 or > MaxCapacity)
        {
            return FormattableString.Invariant(
                $"{key}: Capacity is {Capacity} but must be between 1 and {MaxCapacity} entries or weight units."
            );
        }

        if (Jitter is not (>= 0 and <= MaxJitter))
        {
            return FormattableString.Invariant($"{key}: Jitter is {Jitter} but must be between 0 and {MaxJitter}.");
        }

        return Fault(key, nameof(TimeToLive), TimeToLive) ?? Fault(key, nameof(SlidingExpiration), SlidingExpiration);
    }

    private static string? Fault(string key, string option, TimeSpan? value) =>
        value < MinTimeToLive || value > MaxTimeToLive
            ? FormattableString.Invariant(
                $"{key}: {option} is {value:c} but must be between {MinTimeToLive:c} and {MaxTimeToLive:c}, or null."
            )
            : null;
}
