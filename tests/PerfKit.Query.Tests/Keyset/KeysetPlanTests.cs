using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Keyset;

/// <summary>The condition starts the index scan instead of filtering what an index scan from the beginning reads.</summary>
public sealed class KeysetPlanTests
{
    [SkippableTheory]
    [InlineData("path", "Index Cond: ((workspace = 1) AND (ROW(path, id) > ROW(")]
    [InlineData("-path", "Index Cond: ((workspace = 1) AND (ROW(path, id) < ROW(")]
    [InlineData("-updatedAt,path", "Index Cond: ((workspace = 1) AND (updated_at <= ")]
    [InlineData("updatedAt,-path", "Index Cond: ((workspace = 1) AND (updated_at >= ")]
    [InlineData("size,hidden,-id", "Index Cond: ((workspace = 1) AND (ROW(size, hidden) >= ROW(")]
    public async Task The_bound_is_in_the_index_condition_on_PostgreSQL(string sort, string condition)
    {
        var range = await SecondPageAsync(sort, new PostgreSqlDialect());

        var plan = await ExplainPostgreSqlAsync(range.Where, range);

        plan.Should().Contain(condition).And.NotContain("Sort");
    }

    [SkippableFact]
    public async Task The_naive_form_is_only_a_filter_which_these_tests_can_tell()
    {
        var range = await SecondPageAsync("-updatedAt,path", new PostgreSqlDialect());

        var plan = await ExplainPostgreSqlAsync(
            "(f.updated_at < @k0 or (f.updated_at = @k0 and (f.path, f.id) > (@k1, @k2)))",
            range
        );

        plan.Should().Contain("Index Cond: (workspace = 1)").And.Contain("Filter:");
    }

    [Theory]
    [InlineData("path", "USING COVERING INDEX by_path (workspace=? AND (path,id)>(?,?))")]
    [InlineData("-path", "USING COVERING INDEX by_path (workspace=? AND (path,id)<(?,?))")]
    [InlineData("-updatedAt,path", "INDEX by_time (workspace=? AND updated_at<?)")]
    [InlineData("size,hidden,-id", "INDEX by_size (workspace=? AND (size,hidden)>(?,?))")]
    public async Task The_bound_is_in_the_index_search_on_SQLite(string sort, string search)
    {
        var range = await SecondPageAsync(sort, new SqliteDialect());
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync();
        await using var create = new SqliteCommand(
            Schema(text: "text", time: "text", flag: "integer", id: "text"),
            connection
        );
        await create.ExecuteNonQueryAsync();
        await using var explain = new SqliteCommand($"explain query plan {Select(range.Where, range)}", connection);
        foreach (var (name, value) in range.Parameters)
        {
            explain.Parameters.AddWithValue(name, value);
        }

        await using var reader = await explain.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(3));
        }

        plan.Should().ContainSingle().Which.Should().Contain(search);
    }

    private static async Task<KeysetRange> SecondPageAsync(string sort, ISqlDialect dialect)
    {
        var order = Cursors.Order(sort);
        var values = order.Columns.Select(static c =>
            c.Type == typeof(string) ? "m"
            : c.Type == typeof(long) ? 5L
            : c.Type == typeof(bool) ? false
            : c.Type == typeof(DateTimeOffset) ? DateTimeOffset.UnixEpoch
            : (object)Guid.Empty
        );
        return (await Cursors.RangesAsync(order, new KeysetPosition([.. values]), dialect)).Single();
    }

    private static async Task<string> ExplainPostgreSqlAsync(string where, KeysetRange range)
    {
        var server = await PostgreSqlServer.SharedAsync();
        await using var connection = new NpgsqlConnection(await server.CreateDatabaseAsync());
        await connection.OpenAsync();

        // The table is empty, so its size would decide; these leave only the question what the index can do.
        var settings = "; set enable_seqscan = off; set enable_sort = off; set enable_bitmapscan = off";
        var schema = Schema(text: "text collate \"C\"", time: "timestamptz", flag: "boolean", id: "uuid") + settings;
        await using var create = new NpgsqlCommand(schema, connection);
        await create.ExecuteNonQueryAsync();
        await using var explain = new NpgsqlCommand($"explain (costs off) {Select(where, range)}", connection);
        foreach (var (name, value) in range.Parameters)
        {
            explain.Parameters.AddWithValue(name, value);
        }

        await using var reader = await explain.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(0));
        }

        return string.Join('\n', plan);
    }

    private static string Select(string where, KeysetRange range) =>
        $"select f.path from files f where f.workspace = 1 and {where} order by {range.OrderBy} limit @take";

    private static string Schema(string text, string time, string flag, string id) =>
        $"""
            create table files (
                workspace integer not null, path {text} not null, size bigint not null,
                updated_at {time} not null, hidden {flag} not null, id {id} not null);
            create unique index by_path on files (workspace, path, id);
            create index by_time on files (workspace, updated_at desc, path, id);
            create index by_size on files (workspace, size, hidden, id desc)
            """;
}
