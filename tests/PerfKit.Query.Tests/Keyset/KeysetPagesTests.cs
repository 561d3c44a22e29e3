using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.Query.Tests.Keyset.Shapes;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Keyset;

/// <summary>
/// Pages joined equal the full sort, forward and backward, over rows full of equal values and nulls. The expectation is sorted
/// in memory. <c>gate query/page-complete</c> does it for thousands of shapes.
/// </summary>
public sealed class KeysetPagesTests
{
    private const int Rows = 40;
    private const int Limit = 7;

    [Fact]
    public async Task Pages_joined_equal_the_full_sort_on_SQLite()
    {
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync();

        (await WrongAsync(await FilledAsync(connection, new SqliteDialect()))).Should().BeEmpty();
    }

    [SkippableFact]
    public async Task Pages_joined_equal_the_full_sort_on_PostgreSQL()
    {
        var server = await PostgreSqlServer.SharedAsync();
        await using var connection = new NpgsqlConnection(await server.CreateDatabaseAsync());
        await connection.OpenAsync();

        (await WrongAsync(await FilledAsync(connection, new PostgreSqlDialect(autoPrepares: true)))).Should().BeEmpty();
    }

    private static Task<KeysetTable> FilledAsync(System.Data.Common.DbConnection connection, ISqlDialect dialect) =>
        KeysetTable.CreateAsync(connection, dialect, KeysetRow.Random(new Random(1), Rows));

    private static async Task<List<string>> WrongAsync(KeysetTable table)
    {
        var random = new Random(2);
        var check = new ShapeCheck(table, Limit);
        var wrong = new List<string>();
        foreach (var shape in KeysetShape.Every(1).Concat(Some(random, 200)))
        {
            wrong.AddRange(await check.WrongAsync(shape));
        }

        foreach (var shape in Some(random, 30))
        {
            wrong.AddRange(await check.WrongWhileChangingAsync(shape, random));
        }

        return wrong;
    }

    private static IEnumerable<KeysetShape> Some(Random random, int count) =>
        Enumerable.Range(0, count).Select(_ => KeysetShape.Random(random, random.Next(1, KeysetRow.Copies + 1)));
}
