using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using PerfKit.Query;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Sets PerfKit.Query up for SQLite.</summary>
public static class PerfKitQuerySqliteExtensions
{
    /// <summary>Registers <see cref="SqliteDialect"/> and <see cref="SqliteMigrationLock"/> for a database file.</summary>
    /// <param name="builder">What <c>AddPerfKitQuery</c> returned.</param>
    /// <param name="databasePath">The database's file, named by the same path in every process.</param>
    public static PerfKitQueryBuilder UseSqlite(this PerfKitQueryBuilder builder, string databasePath)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(databasePath);
        builder.Services.Replace(ServiceDescriptor.Singleton<ISqlDialect, SqliteDialect>());
        builder.Services.Replace(
            ServiceDescriptor.Singleton<IMigrationLock>(provider => new SqliteMigrationLock(
                databasePath,
                provider.GetService<ILogger<SqliteMigrationLock>>(),
                provider.GetService<TimeProvider>()
            ))
        );
        return builder;
    }
}
