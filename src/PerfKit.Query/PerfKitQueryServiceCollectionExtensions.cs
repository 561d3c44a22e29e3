using System.Data.Common;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PerfKit.Query;
using PerfKit.Query.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Sets up PerfKit.Query.</summary>
public static class PerfKitQueryServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="IKeysetCursors"/> with the keys given, and <see cref="IConnectionScope"/>, one a request over the
    /// registered <see cref="DbDataSource"/>. Follow it with the engine's <c>UsePostgreSql</c> or
    /// <c>UseSqlite</c>, which registers <see cref="ISqlDialect"/> and <see cref="IMigrationLock"/>.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Sets the keys; keys out of range end the start of the host with a sentence.</param>
    public static PerfKitQueryBuilder AddPerfKitQuery(
        this IServiceCollection services,
        Action<KeysetCursorOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<KeysetCursorOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<KeysetCursorOptions>, KeysetCursorOptionsValidator>()
        );
        services.TryAddSingleton<IKeysetCursors>(static provider => new KeysetCursors(
            provider.GetRequiredService<IOptions<KeysetCursorOptions>>().Value
        ));
        services.TryAddScoped<IConnectionScope>(static provider => new ConnectionScope(
            provider.GetRequiredService<DbDataSource>(),
            provider.GetRequiredService<ISqlDialect>()
        ));
        return new PerfKitQueryBuilder(services);
    }
}
