using System.Diagnostics.Metrics;
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
}
