using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PerfKit.Caching;
using PerfKit.Caching.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers tiered caches.</summary>
public static class TieredCacheServiceCollectionExtensions
{
    /// <summary>
    /// Registers a <see cref="TieredCache"/>, also as <see cref="HybridCache"/>: everybody who injects that gets it, whether
    /// <c>AddHybridCache()</c> is called before, after or not at all. The name is the name of its options, its service key
    /// (<c>[FromKeyedServices(name)]</c>) and its <c>cache.name</c> tag; two names never share entries. A second call adds to
    /// the configuration of the first.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name; empty for the unkeyed cache, tagged <c>default</c>.</param>
    /// <param name="configure">Sets the bounds; a value out of range stops the host at start with a sentence.</param>
    /// <returns>A builder for its second tier; without one the cache lives in this process alone.</returns>
    public static TieredCacheBuilder AddPerfKitTieredCache(
        this IServiceCollection services,
        string name = "",
        Action<TieredCacheOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0)
        {
            services.RemoveAll<HybridCache>();
            services.TryAddSingleton(static provider => Create(provider, ""));
            services.AddSingleton<HybridCache>(static provider => provider.GetRequiredService<TieredCache>());
        }
        else
        {
            services.RemoveAllKeyed<HybridCache>(name);
            services.TryAddKeyedSingleton(name, static (provider, key) => Create(provider, (string)key!));
            services.AddKeyedSingleton<HybridCache>(
                name,
                static (provider, key) => provider.GetRequiredKeyedService<TieredCache>(key)
            );
        }

        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<TieredCacheOptions>, TieredCacheOptionsValidator>()
        );
        services.TryAddSingleton(static provider => new CacheMetrics(provider.GetService<IMeterFactory>()));
        var options = services.AddOptions<TieredCacheOptions>(name).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        return new TieredCacheBuilder(services, name);
    }

    /// <summary>
    /// Puts the registered <see cref="IDistributedCache"/> behind the cache: the one under the cache's name where there is
    /// one, else the unkeyed one. Removals by key and tag hold for what it returns in every process; what other processes
    /// have in their own memory they serve until its local expiration.
    /// </summary>
    /// <param name="builder">The cache.</param>
    /// <param name="configure">Sets the bounds; a value out of range stops the host at start with a sentence.</param>
    /// <returns>The builder.</returns>
    public static TieredCacheBuilder AddDistributedCache(
        this TieredCacheBuilder builder,
        Action<DistributedTierOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = builder.Services.AddOptions<DistributedTierOptions>(builder.Name).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<DistributedTierOptions>, DistributedTierOptionsValidator>()
        );
        builder.Services.AddKeyedSingleton<ICacheTier>(
            builder.Name,
            static (provider, key) => CreateTier(provider, (string)key!)
        );
        return builder;
    }

    private static TieredCache Create(IServiceProvider provider, string name) =>
        new(
            provider.GetRequiredService<IOptionsMonitor<TieredCacheOptions>>().Get(name),
            new TieredCacheParts(
                name,
                provider.GetKeyedService<ICacheTier>(name),
                provider.GetService<TimeProvider>(),
                provider,
                provider.GetRequiredService<CacheMetrics>(),
                provider.GetService<ILogger<TieredCache>>()
            )
        );

    private static DistributedTier CreateTier(IServiceProvider provider, string name) =>
        new(
            provider.GetKeyedService<IDistributedCache>(name)
                ?? provider.GetService<IDistributedCache>()
                ?? throw new InvalidOperationException(
                    $"Cache '{name}' is to have an IDistributedCache behind it, but none is registered; register one, such as AddStackExchangeRedisCache, or leave AddDistributedCache out."
                ),
            name,
            provider.GetRequiredService<IOptionsMonitor<DistributedTierOptions>>().Get(name),
            provider.GetService<TimeProvider>() ?? TimeProvider.System
        );
}
