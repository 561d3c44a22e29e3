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

/// <summary>The metadata store. Connections are the driver's own.</summary>
internal sealed class Database : IAsyncDisposable
{
    private const int WaitingPerConnection = 10;
    private const int WarmConnections = 4;

    private readonly ISqlDialect _dialect;

    private Database(DbDataSource source, Engine engine)
    {
        Source = source;
        Engine = engine;
        _dialect = engine == Engine.Sqlite ? new SqliteDialect() : new PostgreSqlDialect();
    }

    public DbDataSource Source { get; }

    public Engine Engine { get; }

    /// <summary>The driver's own source on PostgreSQL, for what lasts beyond a request.</summary>
    public NpgsqlDataSource? Npgsql { get; private init; }

    /// <summary>Connections that the pool keeps open: <c>Minimum Pool Size</c>, by default 4; none on SQLite.</summary>
    public int MinOpen { get; private init; }

    public static Database OpenSqlite(string path)
    {
        var text = new SqliteConnectionStringBuilder { DataSource = path };
        return new Database(new SqliteDataSource(text.ToString()), Engine.Sqlite);
    }

    public static Database OpenPostgreSql(string connectionString)
    {
        var text = new NpgsqlConnectionStringBuilder(connectionString);
        text.MaxAutoPrepare = text.MaxAutoPrepare == 0 ? 50 : text.MaxAutoPrepare;
        text.ApplicationName ??= "perfkit-fileservice";
        if (!text.ShouldSerialize("Minimum Pool Size"))
        {
            text.MinPoolSize = Math.Min(WarmConnections, text.MaxPoolSize);
        }

        var npgsql = new NpgsqlDataSourceBuilder(text.ToString()).Build();
        var bounded = new BoundedDataSource(
            npgsql,
            maxOpen: text.MaxPoolSize,
            maxWaiting: WaitingPerConnection * text.MaxPoolSize
        );
        return new Database(bounded, Engine.PostgreSql) { Npgsql = npgsql, MinOpen = text.MinPoolSize };
    }

    /// <summary>A connection for work that is no request's; a request reads through its <see cref="IConnectionScope"/>.</summary>
    public ValueTask<DbConnection> OpenAsync(CancellationToken ct) => Source.OpenConnectionAsync(ct);

    /// <summary>
    /// Runs work in a transaction that may write. It commits when the work succeeds and rolls back when it throws. On
    /// SQLite the writers come one after another, and wait without holding a thread.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<WriteScope, Task<T>> work, CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        return await _dialect.TransactAsync(
            connection,
            (c, transaction) => work(new WriteScope(c, transaction)),
            cancellationToken: ct
        );
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}

/// <summary>One write transaction and its connection.</summary>
internal sealed record WriteScope(DbConnection Connection, DbTransaction Transaction);
