using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PerfKit.Benchmarks.Claims.Query.Reads;
using PerfKit.Benchmarks.Gate;
using PerfKit.Query;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>
/// Ten short queries in a scope, prepared, over ten as Npgsql does them by itself: each on a connection of the pool that is reset,
/// unprepared. A query reads a row of nine columns by its key. The median of the ratios within a round.
/// </summary>
public sealed class ScopeSpeed : Claim
{
    private const int Queries = 10;
    private const int Rounds = 40;
    private const int ScopesARound = 50;

    public override string Area => "query";
    public override string Id => "scope";
    public override Bar Bar => Bar.AtLeast(2.3, "x", ">= 2.3x");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var table = await WideTable.PostgreSqlAsync();
        await using var plain = NpgsqlDataSource.Create(table.ConnectionString);
        var (ratios, defaults, scoped, held) = (
            new List<double>(),
            new List<double>(),
            new List<double>(),
            new List<double>()
        );
        await using var open = (NpgsqlConnection)await table.Source.OpenConnectionAsync(cancellationToken);
        for (var round = -2; round < Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var one = await TimeAsync(() => OneByOneAsync(plain));
            var ten = await TimeAsync(() => InScopeAsync(table));
            var best = await TimeAsync(() => OnOneAsync(open));
            if (round >= 0)
            {
                ratios.Add(one / ten);
                defaults.Add(one);
                scoped.Add(ten);
                held.Add(best);
            }
        }

        var figures = string.Create(
            CultureInfo.InvariantCulture,
            $"{Median(defaults):0} us one by one, {Median(scoped):0} us in a scope, {Median(held):0} us on a connection held open"
        );
        return new Measured(Median(ratios), "x", figures);
    }

    private static async Task OneByOneAsync(NpgsqlDataSource source)
    {
        for (var i = 1; i <= Queries; i++)
        {
            await using var connection = await source.OpenConnectionAsync();
            await ReadAsync(connection, i);
        }
    }

    private static async Task InScopeAsync(WideTable table)
    {
        await using var scope = new ConnectionScope(table.Source, table.Dialect);
        for (var i = 1; i <= Queries; i++)
        {
            var id = i;
            await scope.RunAsync((connection, _) => ReadAsync((NpgsqlConnection)connection, id));
        }
    }

    private static async Task OnOneAsync(NpgsqlConnection connection)
    {
        for (var i = 1; i <= Queries; i++)
        {
            await ReadAsync(connection, i);
        }
    }

    private static async Task<WideRow> ReadAsync(NpgsqlConnection connection, long id)
    {
        await using var command = new NpgsqlCommand($"select {WideTable.Columns} from f where f.id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id * 199_999 });
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return new WideRow(
            row.GetInt64(0),
            row.GetInt64(1),
            row.GetString(2),
            row.GetString(3),
            row.GetString(4),
            row.GetInt64(5),
            row.GetInt64(6),
            row.GetString(7),
            row.GetInt64(8)
        );
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < ScopesARound; i++)
        {
            await work();
        }

        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / ScopesARound;
    }

    private static double Median(List<double> times)
    {
        times.Sort();
        return times[times.Count / 2];
    }
}
