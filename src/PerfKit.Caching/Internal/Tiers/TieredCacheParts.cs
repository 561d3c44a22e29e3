using Microsoft.Extensions.Logging;

namespace PerfKit.Caching.Internal;

/// <summary>What a container gives a tiered cache beside its options.</summary>
internal readonly record struct TieredCacheParts(
    string Name,
    ICacheTier? Tier,
    TimeProvider? TimeProvider,
    IServiceProvider? Services,
    CacheMetrics? Metrics,
    ILogger? Logger
);
