using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PerfKit.Caching;
using PerfKit.Caching.Internal;
using PerfKit.Caching.Internal.Contents;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers content caches.</summary>
public static class ContentCacheServiceCollectionExtensions
{
    /// <summary>
    /// Registers an <see cref="IContentCache"/> in the process's <see cref="MemoryBudget"/>, which it registers too. The name is
    /// the name of its options, its service key (<c>[FromKeyedServices(name)]</c>), its <c>cache.name</c> tag and its account's
    /// name; two names never share contents. Without a name the cache is injected without a key.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name; empty for the unkeyed cache, tagged <c>contents</c>.</param>
    /// <param name="configure">Sets the bounds; a value out of range stops the host at start with a sentence.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddPerfKitContentCache(
        this IServiceCollection services,
        string name = "",
        Action<ContentCacheOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        services.AddPerfKitMemoryBudget();
        if (name.Length == 0)
        {
            services.TryAddSingleton<IContentCache>(static provider => Create(provider, ""));
        }
        else
        {
            services.TryAddKeyedSingleton<IContentCache>(
                name,
                static (provider, key) => Create(provider, (string)key!)
            );
        }

        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<ContentCacheOptions>, ContentCacheOptionsValidator>()
        );
        services.TryAddSingleton(static provider => new CacheMetrics(provider.GetService<IMeterFactory>()));
        services.TryAddSingleton(static provider => new ContentMetrics(provider.GetService<IMeterFactory>()));
        var options = services.AddOptions<ContentCacheOptions>(name).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        return services;
    }

    private static ContentCache Create(IServiceProvider services, string name)
    {
        var label = name.Length == 0 ? "contents" : name;
        var options = services.GetRequiredService<IOptionsMonitor<ContentCacheOptions>>().Get(name);
        var cache = new ContentCache(options, services.GetRequiredService<MemoryBudget>(), label);
        services.GetRequiredService<CacheMetrics>().Add(label, cache.TableStatistics, cache.TableRemovals);
        services.GetRequiredService<ContentMetrics>().Add(label, cache);
        return cache;
    }
}
