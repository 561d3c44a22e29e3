using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PerfKit.Caching;
using PerfKit.Caching.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts ASP.NET's output cache on a tiered cache.</summary>
public static class PerfKitOutputCacheServiceCollectionExtensions
{
    /// <summary>
    /// Adds the output cache and keeps its responses in a <see cref="TieredCache"/> named <c>output</c>, whether
    /// <c>AddOutputCache()</c> is called before, after or not at all. The policies are the framework's.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">
    /// Sets the bounds; a value out of range stops the host at start with a sentence. By default
    /// <see cref="TieredCacheOptions.CapacityBytes"/> is what <see cref="OutputCacheOptions.SizeLimit"/> says, and
    /// <see cref="TieredCacheOptions.MaximumKeyLength"/> is 65,536: no key of a request within Kestrel's limits is longer,
    /// unless the application varies by values of its own.
    /// </param>
    /// <returns>A builder for its second tier; without one the responses live in this process alone.</returns>
    public static TieredCacheBuilder AddPerfKitOutputCache(
        this IServiceCollection services,
        Action<TieredCacheOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        if (!services.Any(static service => service.ImplementationType == typeof(OutputCacheBounds)))
        {
            // Before all that the application sets by then.
            services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<TieredCacheOptions>, OutputCacheBounds>());
            services.AddSingleton<IValidateOptions<TieredCacheOptions>, OutputCacheBounds>();
        }

        services.AddOutputCache();
        services.RemoveAll<IOutputCacheStore>();
        services.AddSingleton<IOutputCacheStore>(static provider => new TieredOutputCacheStore(
            provider.GetRequiredKeyedService<TieredCache>(OutputCacheBounds.Name),
            provider.GetRequiredService<IOptionsMonitor<TieredCacheOptions>>().Get(OutputCacheBounds.Name),
            provider.GetRequiredService<ILogger<TieredOutputCacheStore>>()
        ));
        return services.AddPerfKitTieredCache(OutputCacheBounds.Name, configure);
    }
}
