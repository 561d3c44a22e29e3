using System.Data.Common;
using System.Globalization;
using Dapper;
using Npgsql;
using PerfKit.Benchmarks.Measure;
using PerfKit.Query;

namespace PerfKit.Benchmarks.Claims.Query.Reads;

/// <summary>
/// Reads of one row and of a thousand through PerfKit, each beside what one writes with Dapper for the same rows, on the same settings
/// of the driver. A scope frees its caller's thread on SQLite, which one writes as <c>Task.Run</c>.
/// </summary>
internal sealed class ReadCosts(WideTable table)
{
    private const int Many = 1_000;
    private const string ById = $"select {WideTable.Columns} from f where f.id = @id";
    private const string Page = $"select {WideTable.Columns} from f where {{range}}";
    private const string Keys = $"select {WideTable.Columns} from f where {{keys}}";

    private static readonly KeysetOrder Order = OrderOf(new KeysetFields().UniqueBy<long>("id", "f.id"));

    private static readonly KeysetCursors Cursors = new(new KeysetCursorOptions { Keys = { new byte[32] } });
    private readonly DbDataSource _pool =
        table.Source is NpgsqlDataSource
            ? new BoundedDataSource(table.Source, maxOpen: 50, maxWaiting: 100)
            : table.Source;
    private readonly long[] _ids = [.. Enumerable.Range(0, Many).Select(static i => 1 + (long)i * 1999)];
    private int _next;

    public static async Task<IReadOnlyList<ReadCost>> MeasureAsync(CancellationToken cancellationToken) =>
        [
            .. await new ReadCosts(await WideTable.PostgreSqlAsync()).RunAsync(cancellationToken),
            .. await new ReadCosts(await WideTable.SqliteAsync()).RunAsync(cancellationToken),
        ];

    private async Task<List<ReadCost>> RunAsync(CancellationToken cancellationToken)
    {
        await using var held = await table.Source.OpenConnectionAsync(cancellationToken);
        await using var scope = new ConnectionScope(_pool, table.Dialect);
        var costs = new List<ReadCost>();
        await AddAsync("one row, a scope a row", ScopeOfOneAsync, OpenedAsync);
        await AddAsync("one row, in a scope", () => InScopeAsync(scope), () => FreeAsync(held));
        await AddAsync("one row by key", () => LoadAsync(held, NextIds()), () => ListAsync(held, NextIds()));
        await AddAsync("1,000 rows by key", () => LoadAsync(held, _ids), () => ListAsync(held, _ids));
        await AddAsync("a page of 1,000 rows", () => PageAsync(held), () => HandPageAsync(held));
        return costs;

        async Task AddAsync(string what, Func<Task> subject, Func<Task> peer)
        {
            var rounds = new PairedRounds { Rounds = 21, SideLength = TimeSpan.FromMilliseconds(40) };
            var result = await rounds.RunAsync(Repeat(subject), Repeat(peer), cancellationToken);
            costs.Add(new ReadCost($"{table.Dialect.Name} {what}", result));
        }
    }

    private async Task ScopeOfOneAsync()
    {
        await using var scope = new ConnectionScope(_pool, table.Dialect);
        await InScopeAsync(scope);
    }

    private Task<WideRow> InScopeAsync(ConnectionScope scope)
    {
        var id = NextId();
        return scope.RunAsync((connection, _) => connection.QuerySingleAsync<WideRow>(ById, new { id }));
    }

    private async Task OpenedAsync()
    {
        await using var connection = await table.Source.OpenConnectionAsync();
        await FreeAsync(connection);
    }

    private Task<WideRow> FreeAsync(DbConnection connection) =>
        table.Source is NpgsqlDataSource ? RowAsync(connection) : Task.Run(() => RowAsync(connection));

    private Task<WideRow> RowAsync(DbConnection connection)
    {
        var id = NextId();
        return connection.QuerySingleAsync<WideRow>(ById, new { id });
    }

    private Task<IReadOnlyDictionary<long, WideRow>> LoadAsync(DbConnection connection, long[] ids) =>
        connection.LoadByAsync<long, WideRow>(table.Dialect, Keys, "f.id", ids, static row => row.Id);

    private async Task<Dictionary<long, WideRow>> ListAsync(DbConnection connection, long[] ids)
    {
        var rows =
            table.Source is NpgsqlDataSource
                ? await connection.QueryAsync<WideRow>(
                    $"select {WideTable.Columns} from f where f.id = any(@ids)",
                    new { ids }
                )
                : await connection.QueryAsync<WideRow>(
                    $"select {WideTable.Columns} from f where f.id in (select value from json_each(@ids))",
                    new { ids = System.Text.Json.JsonSerializer.Serialize(ids) }
                );
        return rows.ToDictionary(static row => row.Id);
    }

    private Task<KeysetPage<WideRow>> PageAsync(DbConnection connection)
    {
        var cursor = Cursors.Encode(Order, "", new KeysetPosition([NextId()]));
        return KeysetQuery.TryCreate(Order, Cursors, "", cursor, Many, out var page, out var error)
            ? connection.QueryPageAsync<WideRow>(table.Dialect, page, Page, null, static (row, _) => row.Id)
            : throw new InvalidOperationException(error);
    }

    private async Task<(List<WideRow> Rows, long? Next)> HandPageAsync(DbConnection connection)
    {
        var after = NextId();
        var rows = (
            await connection.QueryAsync<WideRow>(
                $"select {WideTable.Columns} from f where f.id > @after order by f.id limit {Many + 1}",
                new { after }
            )
        ).AsList();
        if (rows.Count <= Many)
        {
            return (rows, null);
        }

        rows.RemoveAt(Many);
        return (rows, rows[^1].Id);
    }

    private long[] NextIds() => [NextId()];

    private long NextId() => 1 + (_next++ * 7919L % (WideTable.Rows - Many - 1));

    private static KeysetOrder OrderOf(KeysetFields fields) =>
        fields.TryParse("id", out var order, out var error) ? order : throw new InvalidOperationException(error);

    private static Func<int, Task> Repeat(Func<Task> run) =>
        async operations =>
        {
            for (var i = 0; i < operations; i++)
            {
                await run();
            }
        };
}

/// <summary>One read, and how it compares.</summary>
internal sealed record ReadCost(string What, PairedResult Result)
{
    public string Figures =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{What}: {Result.WallRatio:0.00} x, {Result.SubjectNanoseconds / 1000:0.0} us, {Result.BytesRatio:0.000} x of {Result.PeerBytes:0} B"
        );
}
