using System.Data.Common;
using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.Query;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Query.Pages;

/// <summary>
/// A table of 5.1 million rows and the index of each order, in one engine: five distinct kinds, a size that a quarter of the
/// rows has not, a time that ten rows share, a title that is compared by its collation.
/// </summary>
internal sealed class DeepTable
{
    public const int Rows = 5_100_000;
    public const int Limit = 50;

    private const string Select =
        "select f.id, f.path, f.kind, f.size, f.at, f.title from f where f.ws = 1 and {range}";

    private static readonly KeysetFields Fields = new KeysetFields()
        .Add<string>("path", "f.path")
        .Add<int>("kind", "f.kind")
        .Add<long>("sizeFirst", "f.size", KeysetNulls.First)
        .Add<long>("sizeLast", "f.size", KeysetNulls.Last)
        .Add<long>("at", "f.at")
        .Add<string>("title", "f.title")
        .UniqueBy<long>("id", "f.id");

    private static readonly KeysetCursors Cursors = new(new KeysetCursorOptions { Keys = { new byte[32] } });

    private readonly DbConnection _connection;

    private DeepTable(DbConnection connection, ISqlDialect dialect)
    {
        _connection = connection;
        Dialect = dialect;
    }

    public ISqlDialect Dialect { get; }

    /// <summary>One direction, mixed ones with few and with many equal rows, nulls at both ends of two engines, a collation.</summary>
    public static IReadOnlyList<KeysetOrder> Orders { get; } =
    [
        .. new[]
        {
            "path",
            "-path",
            "-at,path",
            "kind,-at,id",
            "sizeLast",
            "sizeFirst",
            "-sizeLast",
            "kind,sizeLast",
            "title",
        }.Select(static sort =>
            Fields.TryParse(sort, out var order, out var error) ? order : throw new InvalidOperationException(error)
        ),
    ];

    public static async Task<DeepTable> CreatePostgreSqlAsync(PostgreSqlServer server)
    {
        var source = NpgsqlDataSource.Create($"{await server.CreateDatabaseAsync()};Max Auto Prepare=50");
        var connection = await source.OpenConnectionAsync();
        var rows = $"""
            insert into f select i, 1, 'docs/' || md5(i::text) || '.md', i % 5,
                case when i % 4 = 0 then null else i * 7919 % 5000 end, i / 10, 'Title ' || md5((i * 3)::text)
            from generate_series(1::bigint, {Rows}) i
            """;
        await connection.ExecuteAsync(Table("text collate \"C\"", "text collate \"en-x-icu\""));
        await connection.ExecuteAsync(rows, commandTimeout: 600);
        await connection.ExecuteAsync("set maintenance_work_mem = '512MB'");
        await connection.ExecuteAsync(
            Indexes
                + "create index f_first on f (ws, size nulls first, id); create index f_kind_size on f (ws, kind, size, id)",
            commandTimeout: 600
        );
        await connection.ExecuteAsync("vacuum analyze f", commandTimeout: 600);
        return new DeepTable(connection, new PostgreSqlDialect(autoPrepares: true));
    }

    public static async Task<DeepTable> CreateSqliteAsync(TempFolder folder)
    {
        var source = SqliteFactory.Instance.CreateDataSource($"Data Source={folder.File("deep.db")};Pooling=False");
        var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -262144"
        );
        await connection.ExecuteAsync(Table("text", "text collate nocase"));
        await connection.ExecuteAsync(
            $"""
            with recursive n(i) as (select 1 union all select i + 1 from n where i < {Rows})
            insert into f select i, 1, printf('docs/%08x%08x.md', i * 2654435761 % 4294967296, i), i % 5,
                iif(i % 4 = 0, null, i * 7919 % 5000), i / 10, printf('Title %08x', i * 2246822519 % 4294967296)
            from n
            """,
            commandTimeout: 600
        );
        await connection.ExecuteAsync(
            Indexes + "create index f_kind_size on f (ws, kind, (size is null), size, id); analyze",
            commandTimeout: 600
        );
        return new DeepTable(connection, new SqliteDialect());
    }

    /// <summary>The cursor of a page, numbered from one; found by counting, as a caller who jumps there would have to.</summary>
    public async Task<string?> CursorOfAsync(KeysetOrder order, int number)
    {
        if (number == 1)
        {
            return null;
        }

        // The page before it gives the cursor; the row before that page is found by its offset.
        var start = ((number - 2) * Limit) - 1;
        KeysetPosition? before = null;
        await QueryOf(order, null)
            .ReadAsync<DeepRow>(
                Dialect,
                async (range, _) =>
                {
                    before = await PositionAsync(order, range.OrderBy, start);
                    return [];
                },
                DeepRow.ValueOf
            );
        return (await PageAsync(order, Cursors.Encode(order, "", before!))).Next;
    }

    public Task<KeysetPage<DeepRow>> PageAsync(KeysetOrder order, string? cursor) =>
        _connection.QueryPageAsync<DeepRow>(Dialect, QueryOf(order, cursor), Select, null, DeepRow.ValueOf);

    /// <summary>The buffers that PostgreSQL touches for a page, and how many statements it took.</summary>
    public async Task<(long Buffers, int Statements)> BuffersAsync(KeysetOrder order, string? cursor)
    {
        var (buffers, statements) = (0L, 0);
        await QueryOf(order, cursor)
            .ReadAsync<DeepRow>(
                Dialect,
                async (range, _) =>
                {
                    var parameters = new DynamicParameters(range.Parameters.ToDictionary());
                    var sql = range.Complete(Select);
                    buffers += await ExplainedBuffers.OfAsync(_connection, sql, parameters);
                    statements++;
                    return (await _connection.QueryAsync<DeepRow>(sql, parameters)).AsList();
                },
                DeepRow.ValueOf
            );
        return (buffers, statements);
    }

    /// <summary>Reads nothing but the sort columns, so that the index alone is walked.</summary>
    private async Task<KeysetPosition> PositionAsync(KeysetOrder order, string orderBy, int offset)
    {
        await using var command = _connection.CreateCommand();
        command.CommandTimeout = 600;
        command.CommandText = $"""
            select {string.Join(", ", order.Columns.Select(static c => c.Sql))} from f where f.ws = 1
            order by {orderBy} limit 1 offset {offset}
            """;
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new KeysetPosition([
            .. order.Columns.Select(
                (c, i) =>
                    reader.IsDBNull(i)
                        ? null
                        : Convert.ChangeType(reader.GetValue(i), c.Type, CultureInfo.InvariantCulture)
            ),
        ]);
    }

    private static KeysetQuery QueryOf(KeysetOrder order, string? cursor) =>
        KeysetQuery.TryCreate(order, Cursors, "", cursor, Limit, out var query, out var error)
            ? query
            : throw new InvalidOperationException(error);

    private static string Table(string path, string title) =>
        $"""
            create table f (id bigint not null primary key, ws int not null, path {path} not null, kind int not null,
                size bigint, at bigint not null, title {title} not null)
            """;

    private const string Indexes = """
        create index f_path on f (ws, path, id);
        create index f_at on f (ws, at desc, path, id);
        create index f_kind on f (ws, kind, at desc, id);
        create index f_size on f (ws, size, id);
        create index f_title on f (ws, title, id);

        """;
}

/// <summary>A row as a list shows it.</summary>
internal sealed record DeepRow(long Id, string Path, int Kind, long? Size, long At, string Title)
{
    /// <summary>For Dapper: SQLite knows one integer type.</summary>
    public DeepRow(long id, string path, long kind, long? size, long at, string title)
        : this(id, path, (int)kind, size, at, title) { }

    public static object? ValueOf(DeepRow row, string field) =>
        field switch
        {
            "path" => row.Path,
            "kind" => row.Kind,
            "sizeFirst" or "sizeLast" => row.Size,
            "at" => row.At,
            "title" => row.Title,
            _ => row.Id,
        };
}
