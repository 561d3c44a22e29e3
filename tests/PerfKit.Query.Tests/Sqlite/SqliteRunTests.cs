using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using PerfKit.TestKit;
using SQLitePCL;

namespace PerfKit.Query.Tests.Sqlite;

public sealed class SqliteRunTests : IDisposable
{
    /// <summary>Runs for half a minute unless interrupted; <c>started()</c> tells when it does.</summary>
    private const string Long = """
        with recursive n(i) as (select started() union all select i + 1 from n where i < 200000000)
        select count(*) from n
        """;

    private readonly TempFolder _folder = new();
    private readonly DbDataSource _source;
    private readonly CancellationTokenSource _cancel = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SqliteRunTests() =>
        _source = SqliteFactory.Instance.CreateDataSource($"Data Source={_folder.File("run.db")}");

    public void Dispose()
    {
        _cancel.Dispose();
        SqliteConnection.ClearAllPools();
        _source.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task RunAsync_gives_the_result_of_the_work()
    {
        await using var connection = Open();

        var sum = await connection.RunAsync(c => c.ExecuteScalarAsync<long>("select 40 + 2"), _cancel.Token);

        sum.Should().Be(42);
    }

    [Fact]
    public async Task RunAsync_leaves_the_caller_free_and_ends_when_cancelled()
    {
        await using var connection = Open();

        var run = connection.RunAsync(c => c.ExecuteScalarAsync<long>(Long), _cancel.Token);
        await _started.Task; // Reached while the statement runs: the caller was not held.
        await _cancel.CancelAsync();

        (await ThrownByAsync(run)).CancellationToken.Should().Be(_cancel.Token);
    }

    [Fact]
    public async Task RunAsync_cancelled_between_two_statements_ends_the_second()
    {
        await using var connection = Open();

        var run = connection.RunAsync(
            async c =>
            {
                await c.ExecuteScalarAsync<long>("select 1");
                await _cancel.CancelAsync();
                return await c.ExecuteScalarAsync<long>(Long);
            },
            _cancel.Token
        );

        await ThrownByAsync(run);
    }

    [Fact]
    public async Task RunAsync_cancelled_while_it_writes_rolls_the_transaction_back()
    {
        await using var connection = Open();
        await connection.ExecuteAsync("create table numbers (i integer)");
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await connection.ExecuteAsync("insert into numbers values (1)", transaction: transaction);
            var run = connection.RunAsync(
                c => c.ExecuteAsync($"insert into numbers {Long}", transaction: transaction),
                _cancel.Token
            );
            await _started.Task;
            await _cancel.CancelAsync();
            await ThrownByAsync(run);
        }

        (await connection.ExecuteScalarAsync<long>("select count(*) from numbers")).Should().Be(0);
    }

    [Fact]
    public async Task RunAsync_cancelled_while_it_reads_leaves_the_transaction_open()
    {
        await using var connection = Open();
        await connection.ExecuteAsync("create table numbers (i integer)");
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("insert into numbers values (1)", transaction: transaction);
        var run = connection.RunAsync(c => c.ExecuteScalarAsync<long>(Long, transaction: transaction), _cancel.Token);
        await _started.Task;
        await _cancel.CancelAsync();
        await ThrownByAsync(run);

        await transaction.CommitAsync();

        (await connection.ExecuteScalarAsync<long>("select count(*) from numbers")).Should().Be(1);
    }

    [Fact]
    public async Task RunAsync_cancelled_before_runs_nothing()
    {
        await using var connection = Open();
        await _cancel.CancelAsync();
        var ran = false;

        await ThrownByAsync(connection.RunAsync(_ => Task.FromResult(ran = true), _cancel.Token));

        ran.Should().BeFalse();
    }

    [Fact]
    public async Task RunAsync_passes_errors_and_the_interrupts_of_others_through()
    {
        await using var connection = Open();

        var wrong = () => connection.RunAsync(c => c.ExecuteScalarAsync<long>("select nothing"), _cancel.Token);
        (await wrong.Should().ThrowAsync<SqliteException>()).Which.Message.Should().Contain("nothing");

        var run = connection.RunAsync(c => c.ExecuteScalarAsync<long>(Long), _cancel.Token);
        await _started.Task;
        raw.sqlite3_interrupt(connection.Handle);
        (await ((Func<Task>)(() => run)).Should().ThrowAsync<SqliteException>())
            .Which.SqliteErrorCode.Should()
            .Be(raw.SQLITE_INTERRUPT);
    }

    [Fact]
    public async Task RunAsync_on_a_closed_connection_names_it()
    {
        await using var connection = Open();
        await connection.CloseAsync();

        var run = () => connection.RunAsync(c => c.ExecuteScalarAsync<long>("select 1"), _cancel.Token);

        (await run.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*run.db' is Closed: open it*");
    }

    /// <summary>The handle is used again at once, by this connection and through the pool: no interrupt may come late.</summary>
    [Fact]
    public async Task RunAsync_cancelled_at_any_moment_never_interrupts_what_comes_after()
    {
        var random = new Random(7);
        var cancelled = 0;
        for (var round = 0; round < 400; round++)
        {
            await using var connection = Open();
            using var cancel = new CancellationTokenSource();
            var run = connection.RunAsync(c => c.ExecuteScalarAsync<long>(Counting(20_000)), cancel.Token);
            for (var pause = random.Next(2_000); pause > 0; pause--)
            {
                Thread.SpinWait(20);
            }

            var cancelling = cancel.CancelAsync();
            try
            {
                (await run).Should().Be(20_000);
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }

            (await connection.ExecuteScalarAsync<long>(Counting(200))).Should().Be(200, "of round {0}", round);
            await cancelling;
        }

        cancelled.Should().BeInRange(20, 399, "some are to end before they are cancelled, and some not");
    }

    private static string Counting(int to) =>
        $"with recursive n(i) as (select 1 union all select i + 1 from n where i < {to}) select count(*) from n";

    private static async Task<OperationCanceledException> ThrownByAsync(Task run) =>
        (
            await ((Func<Task>)(() => run.WaitAsync(TimeSpan.FromSeconds(60))))
                .Should()
                .ThrowAsync<OperationCanceledException>()
        ).Which;

    private SqliteConnection Open()
    {
        var connection = (SqliteConnection)_source.OpenConnection();
        connection.CreateFunction(
            "started",
            () =>
            {
                _started.TrySetResult();
                return 1L;
            }
        );
        return connection;
    }
}
