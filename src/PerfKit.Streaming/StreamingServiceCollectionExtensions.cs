using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PerfKit.Streaming;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers content stores.</summary>
public static class StreamingServiceCollectionExtensions
{
    /// <summary>
    /// Registers a <see cref="LocalContentStore"/> as the <see cref="IContentStore"/>, and the <see cref="TransferMemory"/> of the
    /// host's downloads and uploads, bounded by its <see cref="TransferMemoryOptions"/>. A missing root or a bound out of
    /// range stops the start of the host. Further stores are made by hand.
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
        return services.AddPerfKitTransferMemory();
    }

    /// <summary>
    /// Registers the <see cref="TransferMemory"/> of the host's downloads and uploads alone, for hosts that make their stores
    /// by hand. A bound out of range stops the start of the host.
    /// </summary>
    public static IServiceCollection AddPerfKitTransferMemory(
        this IServiceCollection services,
        Action<TransferMemoryOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<TransferMemoryOptions>().Configure(o => configure?.Invoke(o)).ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<TransferMemoryOptions>, TransferMemoryOptionsValidator>()
        );
        services.TryAddSingleton(static provider => new TransferMemory(
            provider.GetRequiredService<IOptions<TransferMemoryOptions>>().Value,
            provider.GetService<IMeterFactory>(),
            provider.GetService<TimeProvider>()
        ));
        return services;
    }
}
