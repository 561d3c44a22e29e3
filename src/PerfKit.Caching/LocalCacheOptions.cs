namespace PerfKit.Caching;

/// <summary>The bounds of one cache. The options name is the cache's name.</summary>
public sealed class LocalCacheOptions
{
    internal const long MaxCapacity = 1L << 40;

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

    internal string? Fault(string name)
    {
        var key = name.Length == 0 ? "LocalCacheOptions" : $"LocalCacheOptions '{name}'";
        if (Capacity is < 1 or > MaxCapacity)
        {
            return FormattableString.Invariant(
                $"{key}: Capacity is {Capacity} but must be between 1 and {MaxCapacity} entries or weight units."
            );
        }

        if (TimeToLive is { } timeToLive && (timeToLive < MinTimeToLive || timeToLive > MaxTimeToLive))
        {
            return FormattableString.Invariant(
                $"{key}: TimeToLive is {timeToLive:c} but must be between {MinTimeToLive:c} and {MaxTimeToLive:c}, or null."
            );
        }

        return null;
    }
}
