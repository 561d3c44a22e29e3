using System.Diagnostics;
using System.Diagnostics.Tracing;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Recorder;

[CollectionDefinition(nameof(HearingTests), DisableParallelization = true)]
public sealed class HearingCollection;

/// <summary>Off is off. Alone, as any recorder of another test would be on.</summary>
[Collection(nameof(HearingTests))]
public sealed class HearingTests
{
    private const string EfCore = "Microsoft.EntityFrameworkCore";
    private const string Executing = "Microsoft.EntityFrameworkCore.Database.Command.CommandExecuting";

    [Fact]
    public void Nothing_is_registered_before_the_first_recorder_and_after_the_last()
    {
        using var listener = new DiagnosticListener(EfCore);
        _ = new NpgsqlCommand("select 1"); // Loads the driver.
        bool[] Registered() =>
            [
                EventSource.GetSources().Any(static s => s.Name == "Npgsql.Sql" && s.IsEnabled()),
                listener.IsEnabled(Executing),
            ];

        Registered().Should().AllBeEquivalentTo(false);
        using (new QueryRecorder())
        {
            using (new QueryRecorder())
            {
                listener.IsEnabled(Executing).Should().BeTrue();
                listener.IsEnabled("Microsoft.EntityFrameworkCore.Database.Command.CommandExecuted").Should().BeFalse();
            }

            listener.IsEnabled(Executing).Should().BeTrue();
        }

        Registered().Should().AllBeEquivalentTo(false);
    }

    [Fact]
    public void Recorder_disposed_twice_leaves_the_others_hearing()
    {
        using var listener = new DiagnosticListener(EfCore);
        using var other = new QueryRecorder();
        var recorder = new QueryRecorder();

        recorder.Dispose();
        recorder.Dispose();

        listener.IsEnabled(Executing).Should().BeTrue();
    }

    [Fact]
    public async Task Source_made_while_recorders_come_and_go_is_left_alone_in_the_end()
    {
        var sources = new List<DiagnosticListener>();
        var making = Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                sources.Add(new DiagnosticListener(EfCore));
            }
        });
        var coming = Task.Run(() =>
        {
            while (!making.IsCompleted)
            {
                new QueryRecorder().Dispose();
            }
        });
        await Task.WhenAll(making, coming).WaitAsync(TimeSpan.FromSeconds(30)); // Two locks in two orders would not end.

        sources.Count(static s => s.IsEnabled(Executing)).Should().Be(0);
        sources.ForEach(static s => s.Dispose());
    }

    [Fact]
    public void Ef_core_is_heard_by_its_event_alone_whatever_carries_the_command()
    {
        using var listener = new DiagnosticListener(EfCore);
        using var recorder = new QueryRecorder();
        using var scope = recorder.Begin("scope");
        using var command = new SqliteCommand("select a from t");
        using var ofNpgsql = new NpgsqlCommand("select b from t");

        listener.Write(Executing, new { Command = command });
        listener.Write(Executing, new { Command = (System.Data.Common.DbCommand)command });
        listener.Write(Executing, new { Command = (System.Data.Common.DbCommand)ofNpgsql });
        listener.Write(Executing, new { Other = 1 });

        scope.Runs.Should().Be(2, "Npgsql says its own commands itself");
    }

    [Fact]
    public async Task Npgsql_is_heard_from_a_driver_that_was_loaded_before_and_not_after()
    {
        var server = await PostgreSqlServer.SharedAsync();
        await using var connection = new NpgsqlConnection(await server.CreateDatabaseAsync());
        await connection.OpenAsync();
        await connection.ExecuteAsync("select 1");
        var recorder = new QueryRecorder();
        using var scope = recorder.Begin("scope");

        await connection.ExecuteAsync("select 1");
        scope.Runs.Should().Be(1);

        recorder.Dispose();
        await connection.ExecuteAsync("select 1");
        scope.Runs.Should().Be(1);
    }

    [Fact]
    public async Task Traced_sqlite_statement_without_scope_does_not_allocate()
    {
        SqliteDiagnostics.Enable();
        await using var heard = new SqliteConnection("Data Source=:memory:");
        await heard.OpenAsync();
        await using var command = new SqliteCommand("create table if not exists t (a)", heard);
        command.ExecuteNonQuery();
        var perRun = Allocated.Least(() => command.ExecuteNonQuery());
        using var recorder = new QueryRecorder(atMost: 1_000_000);
        using var scope = recorder.Begin("scope");

        Allocated.Least(() => command.ExecuteNonQuery()).Should().Be(perRun);
        scope.Runs.Should().BePositive();
    }

    [Fact]
    public void Known_statement_in_a_scope_does_not_allocate()
    {
        using var recorder = new QueryRecorder(atMost: 1_000_000);
        using var scope = recorder.Begin("scope");

        Allocated.Least(static () => QueryRecorder.Report("select a from t where b = 7 and c = 'x'")).Should().Be(0);
    }
}
