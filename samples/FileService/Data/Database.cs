using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.Query;

namespace FileService.Data;

/// <summary>Which engine a <see cref="Database"/> speaks to.</summary>
internal enum Engine
{
    Sqlite,
    PostgreSql,
}

/// <summary>
/// The metadata store. Connections are the driver's own. SQLite has one writer at a time, so its writers wait here, without
/// holding a thread, instead of in the driver's busy loop.
/// </summary>
internal sealed class Database : IAsyncDisposable
{
    private const int WaitingPerConnection = 10;

    private readonly SemaphoreSlim? _writer;

    private Database(DbDataSource source, Engine engine)
    {
        Source = source;
        Engine = engine;
        _writer = engine == Engine.Sqlite ? new SemaphoreSlim(1) : null;
    }

    public DbDataSource Source { get; }

    public Engine Engine { get; }

    /// <summary>The driver's own source on PostgreSQL, for what lasts beyond a request.</summary>
    public NpgsqlDataSource? Npgsql { get; private init; }

    public static Database OpenSqlite(string path)
    {
        var text = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            ForeignKeys = true,
            DefaultTimeout = 30,
        };
        return new Database(SqliteFactory.Instance.CreateDataSource(text.ToString()), Engine.Sqlite);
    }

    public static Database OpenPostgreSql(string connectionString)
    {
        var text = new NpgsqlConnectionStringBuilder(connectionString);
        text.MaxAutoPrepare = text.MaxAutoPrepare == 0 ? 50 : text.MaxAutoPrepare;
        text.ApplicationName ??= "perfkit-fileservice";
        var npgsql = new NpgsqlDataSourceBuilder(text.ToString()).Build();
        var bounded = new BoundedDataSource(
            npgsql,
            maxOpen: text.MaxPoolSize,
            maxWaiting: WaitingPerConnection * text.MaxPoolSize
        );
        return new Database(bounded, Engine.PostgreSql) { Npgsql = npgsql };
    }

    /// <summary>A connection for reads; dispose it before the first body byte.</summary>
    public ValueTask<DbConnection> OpenAsync(CancellationToken ct) => Source.OpenConnectionAsync(ct);

    /// <summary>
    /// Runs a read whose cost the caller's question decides, and stops it when they are gone. On SQLite the driver would do
    /// neither: it runs to the end, on the thread that called.
    /// </summary>
    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        return connection is SqliteConnection sqlite ? await sqlite.RunAsync(read, ct) : await read(connection);
    }

    /// <summary>Begins a transaction that may write. Dispose without <see cref="WriteScope.CommitAsync"/> rolls back.</summary>
    public async ValueTask<WriteScope> BeginWriteAsync(CancellationToken ct)
    {
        if (_writer is not null)
        {
            await _writer.WaitAsync(ct);
        }

        try
        {
            var connection = await Source.OpenConnectionAsync(ct);
            try
            {
                return new WriteScope(connection, await connection.BeginTransactionAsync(ct), _writer);
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }
        catch
        {
            _writer?.Release();
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        _writer?.Dispose();
        if (Engine == Engine.Sqlite)
        {
            SqliteConnection.ClearAllPools();
        }

        return Source.DisposeAsync();
    }
}

/// <summary>One write transaction and its connection.</summary>
internal sealed class WriteScope(DbConnection connection, DbTransaction transaction, SemaphoreSlim? writer)
    : IAsyncDisposable
{
    public DbConnection Connection => connection;

    public DbTransaction Transaction => transaction;

    public Task CommitAsync(CancellationToken ct) => transaction.CommitAsync(ct);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
        finally
        {
            writer?.Release();
        }
    }
}
