using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PerfKit.Streaming;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers content stores.</summary>
public static class StreamingServiceCollectionExtensions
{
    /// <summary>
    /// Registers a <see cref="LocalContentStore"/> as the <see cref="IContentStore"/>. A missing root stops the start of the host.
    /// Further stores are made by hand.
    /// </summary>
    public static IServiceCollection AddPerfKitStreaming(
        this IServiceCollection services,
        Action<LocalContentStoreOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);

        services.AddOptions<LocalContentStoreOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<LocalContentStoreOptions>, LocalContentStoreOptionsValidator>()
        );
        services.TryAddSingleton(static provider => new LocalContentStore(
            provider.GetRequiredService<IOptions<LocalContentStoreOptions>>().Value,
            provider.GetService<IMeterFactory>(),
            provider.GetService<TimeProvider>()
        ));
        services.TryAddSingleton<IContentStore>(static provider => provider.GetRequiredService<LocalContentStore>());
        return services;
    }
}
