using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.Benchmarks.Gate;
using PerfKit.Query;
using PerfKit.Query.Tests.Keyset.Shapes;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>
/// Lists whose pages joined are not the full sort: every sort of one and two columns, two thousand of three and four, forward
/// and backward on both engines, and two hundred while rows come and go.
/// </summary>
public sealed class PageComplete : Claim
{
    private const int Rows = 40;
    private const int PageSize = 7;
    private const int Seeded = 2_000;
    private const int Changing = 200;

    public override string Area => "query";
    public override string Id => "page-complete";
    public override Bar Bar => Bar.AtMost(0, "wrong lists", "<= 0");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var server = await PostgreSqlServer.StartPrivateAsync();
        await using var postgres = new NpgsqlConnection(await server.CreateDatabaseAsync());
        await using var sqlite = new SqliteConnection("Data Source=:memory:");
        var both = await Task.WhenAll(
            Task.Run(() => WrongAsync(postgres, new PostgreSqlDialect(), cancellationToken), cancellationToken),
            Task.Run(() => WrongAsync(sqlite, new SqliteDialect(), cancellationToken), cancellationToken)
        );
        var wrong = both.SelectMany(static engine => engine.Wrong).ToList();
        return new Measured(
            wrong.Count,
            "wrong lists",
            $"of {both.Sum(static engine => engine.Walked)}{(wrong.Count == 0 ? "" : $": {wrong[0]}")}"
        );
    }

    private static async Task<(List<string> Wrong, int Walked)> WrongAsync(
        DbConnection connection,
        ISqlDialect dialect,
        CancellationToken cancellationToken
    )
    {
        var random = new Random(4);
        await connection.OpenAsync(cancellationToken);
        var table = await KeysetTable.CreateAsync(connection, dialect, KeysetRow.Random(random, Rows));
        var check = new ShapeCheck(table, PageSize);
        var shapes = KeysetShape
            .Every(1)
            .Concat(KeysetShape.Every(2))
            .Concat(Enumerable.Range(0, Seeded).Select(i => KeysetShape.Random(random, 3 + (i % 2))));
        var wrong = new List<string>();
        var walked = 0;
        foreach (var shape in shapes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            wrong.AddRange(await check.WrongAsync(shape));
            walked += 2;
        }

        for (var i = 0; i < Changing; i++)
        {
            wrong.AddRange(await check.WrongWhileChangingAsync(KeysetShape.Random(random, 1 + (i % 4)), random));
            walked += 2;
        }

        return (wrong.ConvertAll(list => $"{dialect.Name} {list}"), walked);
    }
}
