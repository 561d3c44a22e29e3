using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PerfKit.Caching;
using PerfKit.Caching.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers PerfKit's caches.</summary>
public static class CachingServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="ILocalCache{TKey, TValue}"/>: one cache for each pair of types that is asked for. The name is
    /// the name of its options, its service key (<c>[FromKeyedServices(name)]</c>) and its <c>cache.name</c> tag; two names
    /// never share entries. Without a name the cache is injected without a key.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name; empty for the unkeyed cache, tagged <c>default</c>.</param>
    /// <param name="configure">Sets the bounds; a value out of range stops the host at start with a sentence.</param>
    /// <returns>A builder for what else the cache needs.</returns>
    public static LocalCacheBuilder AddPerfKitCaching(
        this IServiceCollection services,
        string name = "",
        Action<LocalCacheOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0)
        {
            services.TryAddSingleton(typeof(ILocalCache<,>), typeof(NamedLocalCache<,>));
        }
        else
        {
            services.TryAddKeyedSingleton(typeof(ILocalCache<,>), name, typeof(NamedLocalCache<,>));
        }

        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<LocalCacheOptions>, LocalCacheOptionsValidator>()
        );
        services.TryAddSingleton(static provider => new CacheMetrics(provider.GetService<IMeterFactory>()));
        var options = services.AddOptions<LocalCacheOptions>(name).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        return new LocalCacheBuilder(services, name);
    }

    /// <summary>
    /// Makes <see cref="IMemoryCache"/> a bounded cache that evicts by how entries are read: everybody who injects it gets
    /// it, whether <c>AddMemoryCache()</c> is called before, after or not at all. A second call adds to the configuration
    /// of the first.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the bounds; a value out of range stops the host at start with a sentence.</param>
    /// <param name="name">
    /// Empty for the unkeyed cache, whose <c>cache.name</c> tag is <c>memory-cache</c>; else the name of the options, the
    /// service key (<c>[FromKeyedServices(name)] IMemoryCache</c>) and the tag. Two names never share entries.
    /// </param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddPerfKitMemoryCache(
        this IServiceCollection services,
        Action<PerfKitMemoryCacheOptions>? configure = null,
        string name = ""
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0)
        {
            services.RemoveAll<IMemoryCache>();
            services.AddSingleton<IMemoryCache>(static provider => MemoryCacheFactory.Create(provider, ""));
        }
        else
        {
            services.RemoveAllKeyed<IMemoryCache>(name);
            services.AddKeyedSingleton<IMemoryCache>(
                name,
                static (provider, key) => MemoryCacheFactory.Create(provider, (string)key!)
            );
        }

        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<PerfKitMemoryCacheOptions>, MemoryCacheOptionsValidator>()
        );
        services.TryAddSingleton(static provider => new CacheMetrics(provider.GetService<IMeterFactory>()));
        var options = services.AddOptions<PerfKitMemoryCacheOptions>(name).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        return services;
    }
}
