using Microsoft.Extensions.Logging;
using Npgsql;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Locks;

/// <summary>A database of one engine and any number of runners on it, each as separate as two processes are.</summary>
internal sealed class MigrationLockEngine : IAsyncDisposable
{
    private readonly List<NpgsqlDataSource> _dataSources = [];
    private readonly TempFolder _folder = new();

    private MigrationLockEngine(string name, string? connectionString)
    {
        Name = name;
        Database = connectionString ?? _folder.File("data.db");
    }

    public string Name { get; }

    /// <summary>The path or the connection string.</summary>
    public string Database { get; }

    public static async Task<MigrationLockEngine> CreateAsync(string name) =>
        new(name, name == "sqlite" ? null : await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync());

    public NpgsqlDataSource DataSource()
    {
        var dataSource = NpgsqlDataSource.Create(Database);
        _dataSources.Add(dataSource);
        return dataSource;
    }

    public IMigrationLock Runner(TimeProvider? clock = null, ILogger<PostgreSqlMigrationLock>? logger = null) =>
        Name == "sqlite"
            ? new SqliteMigrationLock(Database, clock: clock)
            : new PostgreSqlMigrationLock(DataSource(), logger, clock);

    public async ValueTask DisposeAsync()
    {
        foreach (var dataSource in _dataSources)
        {
            await dataSource.DisposeAsync();
        }

        _folder.Dispose();
    }
}
