using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PerfKit.RateLimit;
using PerfKit.RateLimit.Internal.Policies;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers PerfKit's rate limit policies.</summary>
public static class RateLimitServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="IRateLimitPolicies"/> from a section with <c>Policies:name:Permits</c>, <c>:Period</c> and the
    /// like (<see cref="RateLimitPolicyOptions"/>). The policies follow it while the host runs, and what was spent stays spent.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="section">
    /// The section. A value out of range stops the host at start with a sentence; later it is logged, and nothing changes.
    /// </param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddPerfKitRateLimit(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        services.AddCommon().Configure(it => it.Note(section)).Bind(section);
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
            provider.GetRequiredService<IOptionsFactory<RateLimitOptions>>(),
            provider.GetServices<IOptionsChangeTokenSource<RateLimitOptions>>(),
            provider.GetService<TimeProvider>(),
            provider.GetService<IMeterFactory>(),
            provider.GetService<ILogger<RateLimitOptions>>()
        ));
        return services.AddOptions<RateLimitOptions>().ValidateOnStart();
    }
}
