using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Keyset;

/// <summary>
/// Pages joined equal the full sort, for every sequence of one to three columns (of the types of the contract; of one and
/// two also int and double) and every direction, over rows full of equal values. The expectation is sorted in memory.
/// </summary>
public sealed class KeysetPagesTests
{
    private const int Rows = 40;
    private const int Limit = 7;

    private static readonly Dictionary<Type, string> SqliteTypes = new()
    {
        [typeof(string)] = "text",
        [typeof(long)] = "integer",
        [typeof(int)] = "integer",
        [typeof(double)] = "real",
        [typeof(Guid)] = "text",
        [typeof(DateTimeOffset)] = "text",
        [typeof(bool)] = "integer",
    };

    private static readonly Dictionary<Type, string> PostgreSqlTypes = new()
    {
        [typeof(string)] = "text collate \"C\"",
        [typeof(long)] = "bigint",
        [typeof(int)] = "integer",
        [typeof(double)] = "double precision",
        [typeof(Guid)] = "uuid",
        [typeof(DateTimeOffset)] = "timestamptz",
        [typeof(bool)] = "boolean",
    };

    [Fact]
    public async Task Pages_joined_equal_the_full_sort_on_SQLite()
    {
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync();
        var rows = KeysetRow.Random(seed: 1, Rows, tick: 1);

        await CheckAsync(await KeysetTable.CreateAsync(connection, SqliteTypes, rows), rows);
    }

    [SkippableFact]
    public async Task Pages_joined_equal_the_full_sort_on_PostgreSQL()
    {
        var server = await PostgreSqlServer.SharedAsync();
        await using var connection = new NpgsqlConnection(await server.CreateDatabaseAsync());
        await connection.OpenAsync();
        var rows = KeysetRow.Random(seed: 2, Rows, tick: TimeSpan.TicksPerMicrosecond);

        await CheckAsync(await KeysetTable.CreateAsync(connection, PostgreSqlTypes, rows), rows);
    }

    private static async Task CheckAsync(KeysetTable table, List<KeysetRow> rows)
    {
        var checkedSorts = 0;
        foreach (var sort in Sorts())
        {
            var (ids, pages) = await table.ReadAllAsync(sort, Limit);

            ids.Should().Equal(Expected(rows, sort), $"of the sort {sort}");
            pages.Should().Be((Rows + Limit - 1) / Limit);
            checkedSorts++;
        }

        checkedSorts.Should().Be(2 + (7 * 2) + (49 * 4) + (125 * 8));
    }

    private static IEnumerable<string> Sorts()
    {
        yield return "id";
        yield return "-id";
        for (var columns = 1; columns <= KeysetRow.Copies; columns++)
        {
            var types = columns < 3 ? 7 : 5;
            for (var choice = 0; choice < (int)Math.Pow(types, columns) << columns; choice++)
            {
                var rest = choice >> columns;
                var names = new List<string>();
                for (var i = 0; i < columns; i++, rest /= types)
                {
                    var descending = ((choice >> i) & 1) == 1;
                    names.Add($"{(descending ? "-" : "")}{KeysetRow.Types[rest % types].Tag}{i}");
                }

                yield return string.Join(',', names);
            }
        }
    }

    private static IEnumerable<Guid> Expected(List<KeysetRow> rows, string sort)
    {
        var names = sort.Split(',').ToList();
        if (!sort.EndsWith("id", StringComparison.Ordinal))
        {
            names.Add(names[^1].StartsWith('-') ? "-id" : "id");
        }

        var comparer = Comparer<object>.Create(KeysetRow.Compare);
        var sorted = rows.OrderBy(static _ => 0);
        foreach (var name in names)
        {
            sorted = name.StartsWith('-')
                ? sorted.ThenByDescending(row => row.Values[name[1..]], comparer)
                : sorted.ThenBy(row => row.Values[name], comparer);
        }

        return sorted.Select(row => row.Id);
    }
}
