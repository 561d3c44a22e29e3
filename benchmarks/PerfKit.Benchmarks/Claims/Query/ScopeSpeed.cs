using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PerfKit.Benchmarks.Gate;
using PerfKit.Query;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>
/// Ten short queries in a scope, prepared, over ten as Npgsql does them by itself: each on a connection of the pool that is reset,
/// unprepared. The median of interleaved rounds.
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
        await using var server = await PostgreSqlServer.StartPrivateAsync();
        var text = await server.CreateDatabaseAsync();
        await using var plain = NpgsqlDataSource.Create(text);
        await using (
            var seed = plain.CreateCommand(
                "create table docs as select i as id, md5(i::text) as text from generate_series(1, 20000) i"
            )
        )
        {
            await seed.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var index = plain.CreateCommand("create unique index on docs (id); analyze docs"))
        {
            await index.ExecuteNonQueryAsync(cancellationToken);
        }

        var prepared = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(text) { MaxAutoPrepare = 50 });
        await using var bounded = new BoundedDataSource(prepared, maxOpen: 10, maxWaiting: 100);
        var (defaults, scoped) = (new List<double>(), new List<double>());
        for (var round = -2; round < Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var one = await TimeAsync(() => OneByOneAsync(plain));
            var ten = await TimeAsync(() => InScopeAsync(bounded));
            if (round >= 0)
            {
                defaults.Add(one);
                scoped.Add(ten);
            }
        }

        var (before, after) = (Median(defaults), Median(scoped));
        var figures = string.Create(CultureInfo.InvariantCulture, $"{before:0} us one by one, {after:0} us in a scope");
        return new Measured(before / after, "x", figures);
    }

    private static async Task OneByOneAsync(NpgsqlDataSource source)
    {
        for (var id = 1; id <= Queries; id++)
        {
            await using var connection = await source.OpenConnectionAsync();
            await ReadAsync(connection, id);
        }
    }

    private static async Task InScopeAsync(BoundedDataSource source)
    {
        await using var scope = new ConnectionScope(source, new PostgreSqlDialect(autoPrepares: true));
        for (var id = 1; id <= Queries; id++)
        {
            var key = id;
            await scope.RunAsync((connection, _) => ReadAsync((NpgsqlConnection)connection, key));
        }
    }

    private static async Task<string> ReadAsync(NpgsqlConnection connection, int id)
    {
        await using var command = new NpgsqlCommand("select text from docs where id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        return (string)(await command.ExecuteScalarAsync())!;
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
