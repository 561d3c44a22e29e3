using PerfKit.Caching.Internal;
using StackExchange.Redis;

namespace PerfKit.Caching;

/// <summary>How a tiered cache uses Redis. The options name is the cache's name.</summary>
public sealed class RedisTierOptions
{
    internal static readonly TimeSpan MinTimeout = TimeSpan.FromMilliseconds(1);
    internal static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan MinHeartbeat = TimeSpan.FromMilliseconds(10);
    internal static readonly TimeSpan MinLease = TimeSpan.FromMilliseconds(100);
    internal static readonly TimeSpan MaxLease = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The servers, as StackExchange.Redis reads them: <c>host:6379,password=...</c>. The tier makes a connection of its
    /// own, set to fail fast. Null with null <see cref="ConfigurationOptions"/> uses the <see cref="IConnectionMultiplexer"/>
    /// registered under the cache's name, else the one without a key, as it is.
    /// </summary>
    public string? Configuration { get; set; }

    /// <summary>
    /// The same as an object, instead of <see cref="Configuration"/>. It is copied; the tier sets back-off, backlog and
    /// keep-alive in its copy.
    /// </summary>
    public ConfigurationOptions? ConfigurationOptions { get; set; }

    /// <summary>What every key and channel begins with, behind <c>{</c>; by default <c>perfkit</c>.</summary>
    public string Prefix { get; set; } = "perfkit";

    /// <summary>
    /// How many hash slots the cache is spread over: 1 to 1,024; null, the default, is 16 on a Redis Cluster and 1
    /// elsewhere. Processes that share a cache must agree. A removal by tag is one command a shard.
    /// </summary>
    public int? Shards { get; set; }

    /// <summary>
    /// How long the commands of one call may take, and 1 ms more for each 64 KB it writes: 1 ms to 1 minute, by default
    /// 35 ms. Behind it the call throws <see cref="TimeoutException"/>. Claiming a key and writing its value count as one
    /// call; what the factory takes does not count.
    /// </summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromMilliseconds(35);

    /// <summary>
    /// How often each process asks Redis whether it has heard everything: 10 ms to 1 minute, by default 250 ms. A message
    /// that was lost without the connection breaking is noticed within this and 50 ms.
    /// </summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// After what time the claim of a process that died is free: 100 ms to 10 minutes, by default 2 s. A living one
    /// renews it every third of that.
    /// </summary>
    public TimeSpan ClaimLease { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Most removed tags a shard remembers in Redis: 100 to 10,000,000, by default 100,000, about 100 bytes each. Beyond
    /// it the oldest are forgotten, and every value made before them is invalid.
    /// </summary>
    public int TagCapacity { get; set; } = 100_000;

    /// <summary>
    /// Most tags a shard remembers in this process: 16 to 16,777,216, by default 16,384, 20 bytes each. Beyond it a read
    /// of an old value may ask Redis about its tags, one command more.
    /// </summary>
    public int LocalTagCapacity { get; set; } = 16_384;

    internal string? Fault(string name)
    {
        var key = name.Length == 0 ? "RedisTierOptions" : $"RedisTierOptions '{name}'";
        if (Configuration is not null && ConfigurationOptions is not null)
        {
            return $"{key}: Configuration and ConfigurationOptions are both set but must be given once.";
        }

        if (Configuration is not null && RedisConfiguration.Fault(Configuration) is { } unread)
        {
            return $"{key}: {unread}.";
        }

        if (ConfigurationOptions is { EndPoints.Count: 0 })
        {
            return $"{key}: ConfigurationOptions names no server; add one to its EndPoints.";
        }

        if (Prefix is null)
        {
            return $"{key}: Prefix is null but must be a text; empty is allowed.";
        }

        return Fault(key, nameof(Shards), Shards ?? 1, 1, 1_024)
            ?? Fault(key, nameof(TagCapacity), TagCapacity, 100, 10_000_000)
            ?? Fault(key, nameof(LocalTagCapacity), LocalTagCapacity, 16, 1 << 24)
            ?? Fault(key, nameof(CommandTimeout), CommandTimeout, MinTimeout, MaxTimeout)
            ?? Fault(key, nameof(HeartbeatInterval), HeartbeatInterval, MinHeartbeat, MaxTimeout)
            ?? Fault(key, nameof(ClaimLease), ClaimLease, MinLease, MaxLease);
    }

    private static string? Fault<T>(string key, string option, T value, T least, T most)
        where T : IComparable<T>, IFormattable =>
        value.CompareTo(least) < 0 || value.CompareTo(most) > 0
            ? FormattableString.Invariant($"{key}: {option} is {value} but must be between {least} and {most}.")
            : null;
}
