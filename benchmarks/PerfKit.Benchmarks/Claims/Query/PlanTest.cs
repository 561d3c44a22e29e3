using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.Benchmarks.Gate;
using PerfKit.Query;
using PerfKit.Query.Tests.Plans.Shapes;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>Statements that seek and are refused, or do not and pass, on empty tables of both engines.</summary>
public sealed class PlanTest : Claim
{
    public override string Area => "query";
    public override string Id => "plan-test";
    public override Bar Bar => Bar.AtMost(0, "wrong verdicts", "<= 0");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var server = await PostgreSqlServer.StartPrivateAsync();
        await using var postgres = new NpgsqlConnection(await server.CreateDatabaseAsync());
        await using var sqlite = new SqliteConnection("Data Source=:memory:");
        var wrong = (await WrongAsync(postgres, new PostgreSqlDialect()))
            .Concat(await WrongAsync(sqlite, new SqliteDialect()))
            .ToList();
        return new Measured(
            wrong.Count,
            "wrong verdicts",
            $"of {2 * PlanShape.All.Count}{(wrong.Count == 0 ? "" : $": {wrong[0]}")}"
        );
    }

    private static async Task<List<string>> WrongAsync(DbConnection connection, ISqlDialect dialect)
    {
        await connection.OpenAsync();
        await connection.ExecuteAsync(PlanShape.Schema(dialect.Name));
        var wrong = new List<string>();
        foreach (var shape in PlanShape.All)
        {
            if (await shape.WrongAsync(connection, dialect) is { } verdict)
            {
                wrong.Add(verdict);
            }
        }

        return wrong;
    }
}
