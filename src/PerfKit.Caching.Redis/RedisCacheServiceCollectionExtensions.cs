using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PerfKit.Caching;
using PerfKit.Caching.Internal.Distributed;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers distributed caches on Redis.</summary>
public static class RedisCacheServiceCollectionExtensions
{
    /// <summary>
    /// Makes <see cref="IDistributedCache"/> a cache on Redis, which is an <see cref="IBufferDistributedCache"/> too: for sessions
    /// and for code that is written for the framework's provider, whose entries it does not read. A second call adds to the
    /// configuration of the first. The first use connects, and does not fail when Redis is away: calls do, until it is back.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">
    /// Empty for the unkeyed cache; else the name of the options and the service key (<c>[FromKeyedServices(name)]</c>). Two names
    /// never share entries.
    /// </param>
    /// <param name="configure">Says where Redis is; a value out of range stops the host at start with a sentence.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddPerfKitRedisCache(
        this IServiceCollection services,
        string name = "",
        Action<PerfKitRedisCacheOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0)
        {
            services.RemoveAll<IDistributedCache>();
            services.AddSingleton<IDistributedCache>(static provider => RedisCacheFactory.Create(provider, ""));
        }
        else
        {
            services.RemoveAllKeyed<IDistributedCache>(name);
            services.AddKeyedSingleton<IDistributedCache>(
                name,
                static (provider, key) => RedisCacheFactory.Create(provider, (string)key!)
            );
        }

        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<PerfKitRedisCacheOptions>, RedisCacheOptionsValidator>()
        );
        var options = services.AddOptions<PerfKitRedisCacheOptions>(name).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        return services;
    }
}
