// The last of 2,000 pages costs what the tenth does; a hundred loads by key are one query.
using System.Diagnostics;
using Dapper;
using Microsoft.Data.Sqlite;
using PerfKit.Query;

await using var db = new SqliteConnection("Data Source=:memory:");
await db.OpenAsync();
await db.ExecuteAsync(
    """
    create table docs (id integer primary key, size integer not null);
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 200000)
    insert into docs select i, i * 7919 % 1000 from n;
    create index docs_size on docs (size desc, id)
    """
);
var fields = new KeysetFields().Add<long>("size", "size").UniqueBy<long>("id", "id");
var cursors = new KeysetCursors(new KeysetCursorOptions { Keys = { "32 secret bytes of your own here"u8.ToArray() } });
_ = fields.TryParse("-size,id", out var order, out _);
string? after = null;
for (var number = 1; number <= 2000; number++)
{
    var started = Stopwatch.GetTimestamp();
    _ = KeysetQuery.TryCreate(order!, cursors, "all docs", after, 100, out var query, out _);
    var page = await db.QueryPageAsync<Doc>(
        new SqliteDialect(),
        query!,
        "select id, size from docs where {range}",
        null,
        static (d, field) => field == "id" ? d.Id : d.Size
    );
    after = page.Next;
    if (number is 10 or 2000)
    {
        Console.WriteLine(
            $"page {number}: {Stopwatch.GetElapsedTime(started).TotalMicroseconds:0} us, {page.Items[0]}"
        );
    }
}

var trips = 0;
var loader = new BatchLoader<long, Doc>(
    async (ids, ct) =>
    {
        trips++;
        const string Sql = "select id, size from docs where {keys}";
        return await db.LoadByAsync<long, Doc>(new SqliteDialect(), Sql, "id", ids, d => d.Id, cancellationToken: ct);
    }
);
var docs = await Task.WhenAll(Enumerable.Range(1, 100).Select(async id => await loader.LoadAsync(id)));
Console.WriteLine($"{docs.Length} loads, queries: {trips}");

internal sealed record Doc(long Id, long Size);
