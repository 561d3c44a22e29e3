using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PerfKit.Caching;
using PerfKit.Caching.Internal.RedisTiers;
using StackExchange.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts Redis behind a tiered cache.</summary>
public static class RedisTieredCacheBuilderExtensions
{
    /// <summary>
    /// Makes Redis 7, Valkey, Garnet or a Redis Cluster the second tier of this cache: it registers a keyed
    /// <see cref="ICacheTier"/>. Nothing waits for Redis at start, and a Redis that is down stops nothing.
    /// </summary>
    /// <param name="builder">The cache.</param>
    /// <param name="configure">Sets servers and bounds; a value out of range stops the host at start with a sentence.</param>
    /// <returns>The same builder.</returns>
    public static TieredCacheBuilder AddRedis(
        this TieredCacheBuilder builder,
        Action<RedisTierOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.RemoveAllKeyed<ICacheTier>(builder.Name);
        builder.Services.AddKeyedSingleton<ICacheTier>(
            builder.Name,
            static (provider, key) => Create(provider, (string)key!)
        );
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<RedisTierOptions>, RedisTierOptionsValidator>()
        );
        var options = builder.Services.AddOptions<RedisTierOptions>(builder.Name).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        return builder;
    }

    private static RedisTier Create(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<RedisTierOptions>>().Get(name);
        var meters = services.GetService<IMeterFactory>();
        var time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        if (options.Configuration is not null || options.ConfigurationOptions is not null)
        {
            return new RedisTier(name, options, time, shared: null, meters);
        }

        var shared =
            services.GetKeyedService<IConnectionMultiplexer>(name)
            ?? services.GetService<IConnectionMultiplexer>()
            ?? throw new InvalidOperationException(
                $"The Redis tier of cache '{name}' has no server: set RedisTierOptions.Configuration, or register an IConnectionMultiplexer."
            );
        return new RedisTier(name, options, time, shared, meters);
    }
}
