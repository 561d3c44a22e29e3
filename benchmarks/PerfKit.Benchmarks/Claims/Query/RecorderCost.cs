using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;
using PerfKit.Query;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>
/// What a command costs more while a recorder hears it in a scope, the dearest of three. Npgsql: its events of a command, which
/// it writes whether or not anybody hears; a whole command's 100 us over the network would hide them. SQLite: whole commands
/// on a connection that is traced and one that is not. EF Core: its event with a command in it.
/// </summary>
public sealed class RecorderCost : Claim
{
    private const string Sql =
        "select f.id, f.path, f.name, f.size from files f where f.tenant = @tenant and f.path > @path order by f.path limit 50";

    public override string Area => "query";
    public override string Id => "recorder-cost";
    public override Bar Bar => Bar.AtMost(1, "us");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var rounds = new PairedRounds { Rounds = 9, SideLength = TimeSpan.FromMilliseconds(30) };
        var costs = new[]
        {
            await OfNpgsqlAsync(rounds, cancellationToken),
            await OfSqliteAsync(rounds, cancellationToken),
            await OfEfCoreAsync(rounds, cancellationToken),
        };
        return new Measured(
            costs.Max(static c => c.Nanoseconds) / 1_000,
            "us",
            string.Join("; ", costs.Select(static c => c.ToString()))
        );
    }

    private static async Task<HeardCost> OfNpgsqlAsync(PairedRounds rounds, CancellationToken cancellationToken)
    {
        var type = typeof(NpgsqlCommand).Assembly.GetType("Npgsql.NpgsqlSqlEventSource", throwOnError: true)!;
        var log = type.GetField("Log", BindingFlags.Public | BindingFlags.Static)!.GetValue(null);
        var start = type.GetMethod("CommandStart")!.CreateDelegate<Action<string>>(log);
        var stop = type.GetMethod("CommandStop")!.CreateDelegate<Action>(log);
        void Run(int operations)
        {
            for (var i = 0; i < operations; i++)
            {
                start(Sql);
                stop();
            }
        }

        return await PairAsync("Npgsql", rounds, Recorded(Run), Run, cancellationToken);
    }

    private static async Task<HeardCost> OfSqliteAsync(PairedRounds rounds, CancellationToken cancellationToken)
    {
        await using var unheard = new SqliteConnection("Data Source=:memory:");
        await using var heard = new SqliteConnection("Data Source=:memory:");
        await unheard.OpenAsync(cancellationToken);
        SqliteDiagnostics.Enable();
        await heard.OpenAsync(cancellationToken);
        await using var unheardCommand = Command(unheard);
        await using var heardCommand = Command(heard);
        return await PairAsync(
            "SQLite",
            rounds,
            Recorded(operations => Run(heardCommand, operations)),
            operations => Run(unheardCommand, operations),
            cancellationToken
        );

        static void Run(SqliteCommand command, int operations)
        {
            for (var i = 0; i < operations; i++)
            {
                _ = command.ExecuteScalar();
            }
        }
    }

    private static SqliteCommand Command(SqliteConnection connection)
    {
        const string Schema =
            "create table files (id, path, name, size, tenant, primary key (tenant, path)) without rowid";
        using var schema = new SqliteCommand(Schema, connection);
        schema.ExecuteNonQuery();
        var command = new SqliteCommand(Sql, connection);
        command.Parameters.AddWithValue("tenant", 7);
        command.Parameters.AddWithValue("path", "a");
        command.Prepare();
        return command;
    }

    private static async Task<HeardCost> OfEfCoreAsync(PairedRounds rounds, CancellationToken cancellationToken)
    {
        const string Event = "Microsoft.EntityFrameworkCore.Database.Command.CommandExecuting";
        using var listener = new DiagnosticListener("Microsoft.EntityFrameworkCore");
        await using var command = new SqliteCommand(Sql);
        var eventData = new { Command = command };
        void Run(int operations)
        {
            for (var i = 0; i < operations; i++)
            {
                if (listener.IsEnabled(Event))
                {
                    listener.Write(Event, eventData);
                }
            }
        }

        return await PairAsync("EF Core", rounds, Recorded(Run), Run, cancellationToken);
    }

    private static Action<int> Recorded(Action<int> run) =>
        operations =>
        {
            using var recorder = new QueryRecorder(atMost: 1_000_000);
            using var scope = recorder.Begin("gate");
            run(operations);
        };

    private static async Task<HeardCost> PairAsync(
        string name,
        PairedRounds rounds,
        Action<int> heard,
        Action<int> unheard,
        CancellationToken cancellationToken
    )
    {
        const int Operations = 20_000;
        var result = await rounds.RunAsync(heard, unheard, cancellationToken);
        return new HeardCost(
            name,
            result.SubjectNanoseconds - result.PeerNanoseconds,
            Allocations.PerOperation(Operations, heard) - Allocations.PerOperation(Operations, unheard)
        );
    }

    private sealed record HeardCost(string Name, double Nanoseconds, double Bytes)
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{Name} {Nanoseconds:0} ns and {Bytes:0} B");
    }
}
