using StackExchange.Redis;

namespace PerfKit.Caching;

/// <summary>Where a distributed cache on Redis is, and how long it is waited for. The options name is the cache's name.</summary>
public sealed class PerfKitRedisCacheOptions
{
    internal const int MaxInstanceName = 200;
    internal static readonly TimeSpan MinCommandTimeout = TimeSpan.FromMilliseconds(50);
    internal static readonly TimeSpan MaxCommandTimeout = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A StackExchange.Redis connection string such as <c>localhost:6379</c>, by default null: then the
    /// <see cref="IConnectionMultiplexer"/> of the services is used, keyed by the cache's name before the unkeyed one.
    /// </summary>
    public string? Configuration { get; set; }

    /// <summary>
    /// What the cache's keys are told apart by in Redis: at most 200 characters, by default null, which is the cache's name.
    /// Two instance names never share an entry; caches with the same one do.
    /// </summary>
    public string? InstanceName { get; set; }

    /// <summary>
    /// How long a call waits for Redis before it throws: 50 milliseconds to 1 minute, by default 2 seconds, which is longer than
    /// a healthy Redis or a starting process stalls, and shorter than a visitor waits. A multiplexer of the services keeps its
    /// own timeouts.
    /// </summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(2);
}
