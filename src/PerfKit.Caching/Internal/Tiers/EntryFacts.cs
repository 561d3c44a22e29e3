namespace PerfKit.Caching.Internal;

/// <summary>What a plain hit does not ask: apart from its entry, so that what it asks lies in one cache line.</summary>
internal sealed class EntryFacts(EntryTimes times, string[] tags, long version)
{
    public long HeldUntil;
    public int IsRefreshing;

    public EntryTimes Times => times;

    public string[] Tags => tags;

    public long Version => version;

    public TimeSpan? Sliding { get; init; }

    public LoadedUse Use { get; init; }

    public bool IsNegative { get; init; }

    public bool IsAbsent { get; init; }

    public bool IsStale { get; init; }

    public long Weight { get; init; } = 1;

    public string? ETag { get; init; }

    public long? LastModified { get; init; }
}
