using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PerfKit.Streaming;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers kept content codings.</summary>
public static class ContentCodingServiceCollectionExtensions
{
    /// <summary>
    /// Registers one <see cref="CodedContents"/>; put it into the <c>Codings</c> of the descriptions whose contents may be coded. A
    /// missing folder or a bound out of its range stops the start of the host.
    /// </summary>
    public static IServiceCollection AddPerfKitContentCodings(
        this IServiceCollection services,
        Action<CodedContentsOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);

        services.AddOptions<CodedContentsOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<CodedContentsOptions>, CodedContentsOptionsValidator>()
        );
        services.TryAddSingleton(static provider => new CodedContents(
            provider.GetRequiredService<IOptions<CodedContentsOptions>>().Value,
            provider.GetService<IMeterFactory>(),
            provider.GetService<TimeProvider>()
        ));
        return services;
    }
}
