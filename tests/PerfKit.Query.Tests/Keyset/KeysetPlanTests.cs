using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Keyset;

/// <summary>Every range of a page seeks in the index of its order, on empty tables.</summary>
public sealed class KeysetPlanTests
{
    private static readonly KeysetFields Fields = new KeysetFields()
        .Add<string>("path", "f.path")
        .Add<int>("kind", "f.kind")
        .Add<long>("size", "f.size", KeysetNulls.Last)
        .Add<long>("sizeFirst", "f.size", KeysetNulls.First)
        .Add<long>("at", "f.at")
        .UniqueBy<long>("id", "f.id");

    public static TheoryData<string, string> Orders =>
        new()
        {
            { "path", "by_path" },
            { "-path", "by_path" },
            { "-at,path", "by_time" },
            { "at,-path,-id", "by_time" },
            { "kind,-at,id", "by_kind" },
            { "size", "by_size" },
            { "sizeFirst", "by_size_first" },
            { "-size", "by_size_first" },
            { "kind,size", "by_kind_size" },
            { "-kind,-sizeFirst", "by_kind_size" },
        };

    [SkippableTheory]
    [MemberData(nameof(Orders))]
    public async Task Every_range_seeks_on_PostgreSQL(string sort, string index)
    {
        var server = await PostgreSqlServer.SharedAsync();
        await using var connection = new NpgsqlConnection(await server.CreateDatabaseAsync());
        await connection.OpenAsync();
        await connection.ExecuteAsync(
            Schema("text collate \"C\"")
                + "create index by_size_first on files (ws, size nulls first, id); create index by_kind_size on files (ws, kind, size, id)"
        );

        foreach (var dialect in new[] { new PostgreSqlDialect(), new PostgreSqlDialect(autoPrepares: true) })
        {
            await MustSeekAsync(connection, dialect, sort, index);
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Every_range_seeks_on_SQLite(string sort, string index)
    {
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync();
        await connection.ExecuteAsync(
            Schema("text") + "create index by_kind_size on files (ws, kind, (size is null), size, id)"
        );

        await MustSeekAsync(connection, new SqliteDialect(), sort, index == "by_size_first" ? "by_size" : index);
    }

    private static async Task MustSeekAsync(DbConnection connection, ISqlDialect dialect, string sort, string index)
    {
        Fields.TryParse(sort, out var order, out _).Should().BeTrue();
        foreach (var position in Positions(order!).Append(null))
        {
            foreach (var range in await Cursors.RangesAsync(order!, position, dialect))
            {
                await connection.MustSeekAsync(
                    dialect,
                    range.Complete("select f.id, f.path from files f where f.ws = 1 and {range}"),
                    index,
                    range.Parameters
                );
            }
        }
    }

    /// <summary>Behind and before a row, with and without a size, whatever its page shared.</summary>
    private static IEnumerable<KeysetPosition> Positions(KeysetOrder order) =>
        from backward in new[] { false, true }
        from isNull in new[] { false, true }
        from shared in Enumerable.Range(0, order.Columns.Count)
        let values = order.Columns.Select(c =>
            c.Nulls != KeysetNulls.None && isNull ? null
            : c.Type == typeof(string) ? "m"
            : c.Type == typeof(int) ? 5
            : (object)5L
        )
        select new KeysetPosition([.. values], backward, shared);

    private static string Schema(string text) =>
        $"""
            create table files (ws integer not null, path {text} not null, kind integer not null, size bigint,
                at bigint not null, id bigint not null);
            create unique index by_path on files (ws, path, id);
            create index by_time on files (ws, at desc, path, id);
            create index by_kind on files (ws, kind, at desc, id);
            create index by_size on files (ws, size, id);

            """;
}
