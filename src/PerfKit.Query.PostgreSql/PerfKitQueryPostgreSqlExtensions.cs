using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;
using PerfKit.Query;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Sets PerfKit.Query up for PostgreSQL.</summary>
public static class PerfKitQueryPostgreSqlExtensions
{
    /// <summary>
    /// Registers <see cref="PostgreSqlDialect"/> and <see cref="PostgreSqlMigrationLock"/> for a data source.
    /// </summary>
    /// <param name="builder">What <c>AddPerfKitQuery</c> returned.</param>
    /// <param name="dataSource">The database; null takes the registered <see cref="NpgsqlDataSource"/>.</param>
    public static PerfKitQueryBuilder UsePostgreSql(
        this PerfKitQueryBuilder builder,
        NpgsqlDataSource? dataSource = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Replace(
            ServiceDescriptor.Singleton<ISqlDialect>(provider => new PostgreSqlDialect(
                AutoPrepares(dataSource ?? provider.GetRequiredService<NpgsqlDataSource>())
            ))
        );
        builder.Services.Replace(
            ServiceDescriptor.Singleton<IMigrationLock>(provider => new PostgreSqlMigrationLock(
                dataSource ?? provider.GetRequiredService<NpgsqlDataSource>(),
                provider.GetService<ILogger<PostgreSqlMigrationLock>>(),
                provider.GetService<TimeProvider>()
            ))
        );
        return builder;
    }

    private static bool AutoPrepares(NpgsqlDataSource dataSource) =>
        new NpgsqlConnectionStringBuilder(dataSource.ConnectionString).MaxAutoPrepare > 0;
}
