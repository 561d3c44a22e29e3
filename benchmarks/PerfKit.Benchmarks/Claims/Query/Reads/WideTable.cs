using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.Query;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Query.Reads;

/// <summary>Two million rows of nine columns in one engine, as a file service has them; seconds to make, so the claims share them.</summary>
internal sealed class WideTable(DbDataSource source, ISqlDialect dialect, string connectionString)
{
    public const int Rows = 2_000_000;

    public const string Columns = "f.id, f.owner, f.path, f.name, f.type, f.size, f.version, f.hash, f.at";

    private static readonly Lazy<Task<WideTable>> PostgreSqlMade = new(MakePostgreSqlAsync);
    private static readonly Lazy<Task<WideTable>> SqliteMade = new(MakeSqliteAsync);

    public DbDataSource Source => source;

    public ISqlDialect Dialect => dialect;

    /// <summary>Of the driver, with its defaults.</summary>
    public string ConnectionString => connectionString;

    public static Task<WideTable> PostgreSqlAsync() => PostgreSqlMade.Value;

    public static Task<WideTable> SqliteAsync() => SqliteMade.Value;

    private static async Task<WideTable> MakePostgreSqlAsync()
    {
        var server = await PostgreSqlServer.StartPrivateAsync(); // Ends with this process.
        var text = await server.CreateDatabaseAsync();
        var prepared = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(text) { MaxAutoPrepare = 50 });
        await using var connection = await prepared.OpenConnectionAsync();
        await connection.ExecuteAsync(Table);
        await connection.ExecuteAsync(
            $"""
            insert into f select i, i % 1000, 'docs/' || (i % 5000) || '/' || md5(i::text) || '.md', md5(i::text) || '.md',
                'text/markdown', i * 7919 % 1000000, 1, md5(i::text) || md5((-i)::text), 1700000000000000 + i
            from generate_series(1::bigint, {Rows}) i
            """,
            commandTimeout: 600
        );
        await connection.ExecuteAsync("vacuum analyze f", commandTimeout: 600);
        return new WideTable(prepared, new PostgreSqlDialect(autoPrepares: true), text);
    }

    private static async Task<WideTable> MakeSqliteAsync()
    {
        var folder = new TempFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        var text = $"Data Source={folder.File("wide.db")}";
        var source = SqliteFactory.Instance.CreateDataSource(text);
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync("pragma journal_mode = wal; pragma synchronous = off");
        await connection.ExecuteAsync(Table);
        await connection.ExecuteAsync(
            $"""
            with recursive n(i) as (select 1 union all select i + 1 from n where i < {Rows})
            insert into f select i, i % 1000, printf('docs/%d/%032x.md', i % 5000, i), printf('%032x.md', i),
                'text/markdown', i * 7919 % 1000000, 1, printf('%064x', i), 1700000000000000 + i
            from n
            """,
            commandTimeout: 600
        );
        return new WideTable(source, new SqliteDialect(), text);
    }

    private const string Table = """
        create table f (id bigint not null primary key, owner bigint not null, path text not null, name text not null,
            type text not null, size bigint not null, version bigint not null, hash text not null, at bigint not null)
        """;
}

/// <summary>A row of the table.</summary>
internal sealed record WideRow(
    long Id,
    long Owner,
    string Path,
    string Name,
    string Type,
    long Size,
    long Version,
    string Hash,
    long At
);
