using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PerfKit.RateLimit;
using PerfKit.RateLimit.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers PerfKit's rate limit policies.</summary>
public static class RateLimitServiceCollectionExtensions
{
    /// <summary>Registers <see cref="IRateLimitPolicies"/> from a section with <c>Policies:name:PermitsPerSecond</c> and <c>:Burst</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, read once; a value out of range stops the host at start with a sentence.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddPerfKitRateLimit(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        services.AddCommon().Bind(section);
        return services;
    }

    /// <summary>Registers <see cref="IRateLimitPolicies"/> with policies set in code; may be combined with a section.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the policies; a value out of range stops the host at start with a sentence.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddPerfKitRateLimit(
        this IServiceCollection services,
        Action<RateLimitOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddCommon().Configure(configure);
        return services;
    }

    private static OptionsBuilder<RateLimitOptions> AddCommon(this IServiceCollection services)
    {
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<RateLimitOptions>, RateLimitOptionsValidator>()
        );
        services.TryAddSingleton<IRateLimitPolicies>(static provider => new RateLimitPolicies(
            provider.GetRequiredService<IOptions<RateLimitOptions>>(),
            provider.GetService<TimeProvider>(),
            provider.GetService<IMeterFactory>()
        ));
        return services.AddOptions<RateLimitOptions>().ValidateOnStart();
    }
}
