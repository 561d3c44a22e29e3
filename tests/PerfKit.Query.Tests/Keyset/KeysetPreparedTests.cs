using Dapper;
using Npgsql;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Keyset;

public sealed class KeysetPreparedTests
{
    private static readonly KeysetFields Fields = new KeysetFields()
        .Add<int>("kind", "f.kind")
        .Add<string>("path", "f.path")
        .UniqueBy<int>("id", "f.id");

    /// <summary>Else every page is planned again. The beginning of a list is where a plan made for the values looks cheapest.</summary>
    [SkippableTheory]
    [InlineData("path", 0.001)]
    [InlineData("path", 0.9)]
    [InlineData("-kind,path", 0.001)]
    public async Task A_page_of_a_usual_size_keeps_its_plan_where_statements_are_prepared(string sort, double depth)
    {
        var text = await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create($"{text};Max Auto Prepare=20;Auto Prepare Min Usages=2");
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            create table f as select i as id, i % 3 as kind, md5(i::text) collate "C" as path from generate_series(1, 50000) i;
            create index on f (path, id); create index on f (kind desc, path, id); analyze f
            """
        );
        Fields.TryParse(sort, out var order, out _).Should().BeTrue();
        var rank = (int)(depth * 50_000);
        var row = await connection.QuerySingleAsync<Row>(
            $"select id, kind, path from f order by path offset {rank} limit 1"
        );
        var cursors = Cursors.Signed(1);
        var cursor = cursors.Encode(order!, "", [.. order!.Columns.Select(c => ValueOf(row, c.Name))]);

        for (var i = 0; i < 20; i++)
        {
            KeysetQuery.TryCreate(order, cursors, "", cursor, 50, out var query, out _).Should().BeTrue();
            var page = await connection.QueryPageAsync<Row>(
                new PostgreSqlDialect(autoPrepares: true),
                query!,
                "select f.id, f.kind, f.path from f where {range}",
                null,
                ValueOf
            );
            page.Items.Should().HaveCount(50);
        }

        var kept = await connection.ExecuteScalarAsync<long>(
            "select max(generic_plans) from pg_prepared_statements where statement like '%f.kind, f.path from f%'"
        );
        kept.Should().BeGreaterThanOrEqualTo(10);
    }

    private static object? ValueOf(Row row, string field) =>
        field switch
        {
            "kind" => row.Kind,
            "path" => row.Path,
            _ => row.Id,
        };

    private sealed record Row(int Id, int Kind, string Path);
}
