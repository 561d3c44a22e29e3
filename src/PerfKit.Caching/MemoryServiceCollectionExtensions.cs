using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PerfKit.Caching;
using PerfKit.Caching.Internal.Memory;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the process's memory budget.</summary>
public static class MemoryServiceCollectionExtensions
{
    /// <summary>
    /// Registers one <see cref="MemoryBudget"/>. Calling it again configures the same one; content caches call it themselves.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the limit; a value out of range stops the host at start with a sentence.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddPerfKitMemoryBudget(
        this IServiceCollection services,
        Action<MemoryBudgetOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(static provider =>
        {
            var budget = new MemoryBudget(
                provider.GetRequiredService<IOptions<MemoryBudgetOptions>>().Value,
                provider.GetService<TimeProvider>()
            );
            _ = new MemoryMetrics(budget, provider.GetService<IMeterFactory>()); // Its instruments keep it.
            return budget;
        });
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<MemoryBudgetOptions>, MemoryBudgetOptionsValidator>()
        );
        var options = services.AddOptions<MemoryBudgetOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        return services;
    }
}
