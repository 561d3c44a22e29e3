using System.Data.Common;
using System.Security.Cryptography;
using Dapper;
using EvolveDb;
using EvolveDb.Configuration;
using PerfKit.Query;

namespace FileService.Data;

/// <summary>Brings the schema up to date under a polled lock, so that instances starting at once cannot break it.</summary>
internal sealed class Migrator(
    Database database,
    IMigrationLock migrationLock,
    ISearchIndex<Guid> search,
    ILogger<Migrator> log
)
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(2);

    public async Task MigrateAsync(CancellationToken ct)
    {
        await using var held = await migrationLock.AcquireAsync(LockTimeout, ct);
        await using var connection = await database.OpenAsync(ct);
        if (database.Engine == Engine.PostgreSql)
        {
            await SubstringSetup.EnsureExtensionAsync(connection, ct);
        }

        // Evolve is synchronous; start-up has a thread to spare.
        await Task.Run(() => Evolve(connection).Migrate(), ct);
        await (
            database.Engine == Engine.Sqlite
                ? SubstringSetup.FillAsync(connection, search, ct)
                : SubstringSetup.BuildIndexesAsync(connection, ct)
        );
        await EnsureCursorKeyAsync(connection);
    }

    /// <summary>The key that signs cursors; every instance on one database shares it.</summary>
    public async Task<byte[]> ReadCursorKeyAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        return Convert.FromHexString(
            await connection.QuerySingleAsync<string>("select value from settings where name = 'cursor-key'")
        );
    }

    private Evolve Evolve(DbConnection connection) =>
        new(connection, message => log.LogDebug("Migration: {Message}", message))
        {
            EmbeddedResourceAssemblies = [typeof(Migrator).Assembly],
            EmbeddedResourceFilters = [$"FileService.Data.Migrations.{database.Engine}"],
            IsEraseDisabled = true,
            TransactionMode = TransactionKind.CommitEach,
        };

    private static Task EnsureCursorKeyAsync(DbConnection connection) =>
        connection.ExecuteAsync(
            "insert into settings (name, value) values ('cursor-key', @key) on conflict (name) do nothing",
            new { key = Convert.ToHexString(RandomNumberGenerator.GetBytes(32)) }
        );
}
