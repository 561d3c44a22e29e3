using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace PerfKit.Caching.Tests.Contract.Hybrid.Rows;

/// <summary>What a row wants of a cache, in words that both implementations have.</summary>
internal sealed record HybridSettings
{
    public static readonly HybridSettings Default = new();

    /// <summary>Caches of one world have the same things behind them.</summary>
    public string World { get; init; } = "main";

    public int? MaximumKeyLength { get; init; }

    public long? MaximumPayloadBytes { get; init; }

    public HybridCacheEntryOptions? Entries { get; init; }

    /// <summary>Serializers.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    public ILoggerProvider? Log { get; init; }

    /// <summary>Whether each call of what is behind the cache fails.</summary>
    public bool IsTierBroken { get; init; }

    /// <summary>Whether only half of what is behind the cache is read, where that is an <c>IDistributedCache</c>.</summary>
    public bool IsTierDamaged { get; init; }

    public static HybridSettings WithServices(Action<IServiceCollection> add) => new() { Services = add };
}
