namespace PerfKit.Caching;

/// <summary>What a content cache did and holds.</summary>
/// <param name="Hits">Reads that found a content.</param>
/// <param name="Misses">Reads that found none, those that joined a fill included.</param>
/// <param name="Fills">Contents that were filled and kept.</param>
/// <param name="FailedFills">Fills that failed, lied about their length, or were left by all readers.</param>
/// <param name="PassedThrough">Contents handed over or put without being kept.</param>
/// <param name="Evictions">Contents that left to make room.</param>
/// <param name="Contents">Contents kept now.</param>
/// <param name="KeptBytes">What they take: blocks, and for the objects around them 640 B a content and 208 B a block.</param>
/// <param name="FillingBytes">What contents on their way in take.</param>
/// <param name="HeldBytes">All blocks of the cache's account: kept, filling, and gone but still leased.</param>
/// <param name="Leases">Leases that were not given back yet.</param>
public readonly record struct ContentCacheStatistics(
    long Hits,
    long Misses,
    long Fills,
    long FailedFills,
    long PassedThrough,
    long Evictions,
    long Contents,
    long KeptBytes,
    long FillingBytes,
    long HeldBytes,
    long Leases
);
