namespace PerfKit.Caching;

/// <summary>What a cache did and holds.</summary>
/// <param name="Hits">Reads that found a value.</param>
/// <param name="Misses">Reads that found none, callers that joined a running factory included.</param>
/// <param name="Coalesced">Of those, callers that joined a running factory.</param>
/// <param name="Evictions">Entries that left to make room.</param>
/// <param name="Expirations">Entries that left because their time was over.</param>
/// <param name="Entries">Entries held now; an expired one counts until it is read, swept or replaced.</param>
/// <param name="Weight">Their weight: the number of entries, or the sum of what the weigher gave.</param>
/// <param name="Capacity">The bound on <paramref name="Weight"/>, never exceeded.</param>
public readonly record struct LocalCacheStatistics(
    long Hits,
    long Misses,
    long Coalesced,
    long Evictions,
    long Expirations,
    long Entries,
    long Weight,
    long Capacity
);
