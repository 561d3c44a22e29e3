using System.Diagnostics;
using System.Globalization;
using Dapper;
using Npgsql;
using PerfKit.Benchmarks.Gate;
using PerfKit.Query;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>
/// A hundred loads one by one in a scope of their own, against a PostgreSQL that is 2 ms away: by one work item of the pool, by
/// a thread of their own, and by a work item each.
/// </summary>
public sealed class Batch : Claim
{
    public override string Area => "query";
    public override string Id => "batch";
    public override Bar Bar => Bar.AtMost(6, "ms");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var (bursts, oneByOne) = await BatchBursts.Shared.ForAsync(Id);
        var times = bursts.Select(static burst => burst.Milliseconds).Order().ToList();
        var worst = times[^1].ToString("0.##", CultureInfo.InvariantCulture);
        return new Measured(
            times[times.Count / 2],
            "ms",
            $"the median of {times.Count} scopes; the slowest, at first, {worst} ms; one query each {oneByOne:0} ms"
        );
    }
}

/// <summary>The round trips of the same loads, the most of all scopes, the first of the process among them.</summary>
public sealed class BatchTrips : Claim
{
    public override string Area => "query";
    public override string Id => "batch-trips";
    public override Bar Bar => Bar.AtMost(1, "trips", "<= 1");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var (bursts, _) = await BatchBursts.Shared.ForAsync(Id);
        return new Measured(
            bursts.Max(static burst => burst.Trips),
            "trips",
            $"the most of {bursts.Count} scopes; more than one in {bursts.Count(static burst => burst.Trips > 1)}"
        );
    }
}

internal sealed record BatchBurst(double Milliseconds, int Trips);

internal static class BatchBursts
{
    private const int Scopes = 900;
    private const int Loads = 100;

    public static SharedRun<(List<BatchBurst> Bursts, double OneByOne)> Shared { get; } = new(RunAsync);

    private static async Task<(List<BatchBurst> Bursts, double OneByOne)> RunAsync()
    {
        await using var server = await PostgreSqlServer.StartPrivateAsync();
        var direct = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync());
        using var proxy = new DelayingProxy(direct.Port, TimeSpan.FromMilliseconds(2));
        direct.Port = proxy.Port;
        direct.MaxAutoPrepare = 10;
        await using var source = NpgsqlDataSource.Create(direct);
        await using (
            var seed = source.CreateCommand(
                "create table docs as select i as id, md5(i::text) as text from generate_series(1, 20000) i; create index on docs (id)"
            )
        )
        {
            await seed.ExecuteNonQueryAsync();
        }

        var random = new Random(6);
        var bursts = new List<BatchBurst>();
        for (var scope = 0; scope < Scopes; scope++)
        {
            var ids = Enumerable.Range(0, Loads).Select(_ => random.Next(1, 20_001)).ToList();
            bursts.Add(await LoadAsync(source, ids, scope % 3));
        }

        return (bursts, await OneByOneAsync(source));
    }

    private static async Task<double> OneByOneAsync(NpgsqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        var started = Stopwatch.GetTimestamp();
        for (var id = 1; id <= Loads; id++)
        {
            _ = await connection.QuerySingleAsync<Doc>("select id, text from docs where id = @id", new { id });
        }

        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task<BatchBurst> LoadAsync(NpgsqlDataSource source, List<int> ids, int way)
    {
        await using var connection = await source.OpenConnectionAsync();
        var trips = 0;
        var loader = new BatchLoader<int, Doc>(
            async (keys, ct) =>
            {
                trips++;
                return await connection.LoadByAsync<int, Doc>(
                    new PostgreSqlDialect(),
                    "select id, text from docs where {keys}",
                    "id",
                    keys,
                    static doc => doc.Id,
                    cancellationToken: ct
                );
            }
        );
        var started = Stopwatch.GetTimestamp();
        var docs = await (
            way switch
            {
                0 => Task.Run(OneByOne),
                1 => Task
                    .Factory.StartNew(
                        OneByOne,
                        CancellationToken.None,
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default
                    )
                    .Unwrap(),
                _ => Task.WhenAll(ids.Select(id => Task.Run(async () => await loader.LoadAsync(id)))),
            }
        );
        var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return docs.Zip(ids).All(static pair => pair.First?.Id == pair.Second)
            ? new BatchBurst(elapsed, trips)
            : throw new InvalidOperationException("A load got another row.");

        Task<Doc?[]> OneByOne() => Task.WhenAll(ids.Select(async id => await loader.LoadAsync(id)));
    }

    private sealed record Doc(int Id, string Text);
}
