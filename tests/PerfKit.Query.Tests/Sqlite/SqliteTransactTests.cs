using System.Data;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using PerfKit.Query.Internal;
using PerfKit.TestKit;
using SQLitePCL;

namespace PerfKit.Query.Tests.Sqlite;

public sealed class SqliteTransactTests : IDisposable
{
    // Less than the 30 s after which the driver stops to sleep, so that what only ends then has failed.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TempFolder _folder = new();
    private readonly SqliteDataSource _source;
    private readonly CancellationTokenSource _cancel = new();

    public SqliteTransactTests()
    {
        _source = new SqliteDataSource($"Data Source={_folder.File("transact.db")}");
        using var connection = _source.OpenConnection();
        connection.Execute("create table t (i integer not null)");
    }

    public void Dispose()
    {
        _cancel.Dispose();
        _source.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task TransactAsync_a_hundred_at_once_lose_nothing_and_none_fails()
    {
        await using (var connection = _source.OpenConnection())
        {
            await connection.ExecuteAsync("insert into t values (0)");
        }

        await Task.WhenAll(
            Enumerable
                .Range(0, 100)
                .Select(async _ =>
                {
                    await using var connection = await _source.OpenConnectionAsync();
                    await connection.TransactAsync(
                        async (c, t) =>
                        {
                            var read = await c.ExecuteScalarAsync<int>("select i from t", transaction: t);
                            await Task.Yield();
                            return await c.ExecuteAsync("update t set i = @i", new { i = read + 1 }, t);
                        }
                    );
                })
        );

        Read("select i from t").Should().Be(100);
    }

    [Fact]
    public async Task TransactAsync_serves_writers_in_the_order_they_came()
    {
        await using var first = await _source.OpenConnectionAsync();
        var go = new TaskCompletionSource();
        var order = new List<int>();
        var running = first.TransactAsync(
            async (_, _) =>
            {
                await go.Task;
                return 0;
            }
        );
        var writers = new List<Task>();
        for (var i = 0; i < 20; i++)
        {
            var number = i;
            writers.Add(WriteAsync(_ => order.Add(number)));
        }

        WriterTurns.CountWaiting(first.DataSource).Should().Be(20);
        go.SetResult();
        await Task.WhenAll([running, .. writers]).WaitAsync(Patience);

        order.Should().Equal(Enumerable.Range(0, 20));
        WriterTurns.CountWaiting(first.DataSource).Should().BeNull("nothing is kept of a database that nobody writes");
    }

    [Fact]
    public async Task TransactAsync_cancelled_in_the_queue_leaves_it_and_the_others_go_on()
    {
        await using var first = await _source.OpenConnectionAsync();
        var go = new TaskCompletionSource();
        var running = first.TransactAsync(
            async (_, _) =>
            {
                await go.Task;
                return 0;
            }
        );
        var leaving = WriteAsync(_ => throw new InvalidOperationException("ran"), _cancel.Token);
        var staying = WriteAsync(_ => { });

        await _cancel.CancelAsync();

        await Ends<OperationCanceledException>(leaving);
        go.SetResult();
        await Task.WhenAll(running, staying).WaitAsync(Patience);
    }

    /// <summary>
    /// More writers than the pool has threads, each on a database that another connection has locked.
    /// </summary>
    [Fact]
    public async Task TransactAsync_waits_for_others_locks_without_holding_a_thread()
    {
        ThreadPool.GetMinThreads(out var threads, out _);
        var count = (8 * threads) + 40;
        var others = Enumerable.Range(0, count).Select(i => Locked(_folder.File($"{i}.db"))).ToList();
        var writers = others
            .Select(static other =>
                Task.Run(async () =>
                {
                    await using var connection = new SqliteConnection(other.ConnectionString);
                    await connection.OpenAsync();
                    return await connection.TransactAsync(
                        (c, t) => c.ExecuteAsync("insert into t values (1)", null, t)
                    );
                })
            )
            .ToList();

        for (var i = 0; i < 200; i++)
        {
            await Task.Run(static () => { }).WaitAsync(Patience); // Would starve behind threads that sleep.
        }

        ThreadPool.ThreadCount.Should().BeLessThan(count);
        writers.Should().NotContain(static w => w.IsCompleted);
        foreach (var other in others)
        {
            await other.ExecuteAsync("rollback");
            await other.DisposeAsync();
        }

        (await Task.WhenAll(writers).WaitAsync(Patience)).Should().OnlyContain(static written => written == 1);
    }

    [Fact]
    public async Task TransactAsync_cancelled_while_another_has_the_lock_ends_and_writes_nothing()
    {
        await using var other = Locked(_folder.File("transact.db"));
        await using var connection = await _source.OpenConnectionAsync();

        var write = connection.TransactAsync(Insert, _cancel.Token);
        write.IsCompleted.Should().BeFalse();
        await _cancel.CancelAsync();

        await Ends<OperationCanceledException>(write);
        await other.ExecuteAsync("rollback");
        await connection.TransactAsync(Insert);
        Read("select count(*) from t").Should().Be(1);
    }

    [Fact]
    public async Task TransactAsync_too_long_locked_by_another_says_so()
    {
        await using var other = Locked(_folder.File("transact.db"));
        await using var connection = await _source.OpenConnectionAsync();
        var clock = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromSeconds(31) };

        var write = new WriteTransaction<int>(
            connection,
            Insert,
            IsolationLevel.Unspecified,
            clock,
            default
        ).RunAsync();

        (await Ends<TimeoutException>(write))
            .Message.Should()
            .Be(
                $"Another process, or a connection outside TransactAsync, kept '{connection.DataSource}' locked for 30 s: "
                    + "end its transaction, or raise Default Timeout in the connection string."
            );
        connection.DefaultTimeout.Should().Be(30);
    }

    [Fact]
    public async Task TransactAsync_too_long_behind_writers_of_this_process_says_so()
    {
        await using var first = await _source.OpenConnectionAsync();
        await using var second = await _source.OpenConnectionAsync();
        var go = new TaskCompletionSource();
        var running = first.TransactAsync(
            async (_, _) =>
            {
                await go.Task;
                return 0;
            }
        );
        var clock = new FakeTimeProvider();
        var write = new WriteTransaction<int>(second, Insert, IsolationLevel.Unspecified, clock, default).RunAsync();

        clock.Advance(TimeSpan.FromSeconds(30));

        (await Ends<TimeoutException>(write))
            .Message.Should()
            .Be(
                $"Earlier writers of this process kept '{first.DataSource}' for 30 s: shorten their transactions, "
                    + "or raise Default Timeout in the connection string."
            );
        go.SetResult();
        await running.WaitAsync(Patience);
        await second.TransactAsync(Insert);
    }

    [Fact]
    public async Task TransactAsync_interrupted_leaves_nothing_and_the_next_writer_has_its_turn()
    {
        await using var connection = await _source.OpenConnectionAsync();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.CreateFunction("started", () => started.TrySetResult() ? 1L : 1L);
        var write = connection.TransactAsync(
            async (c, t) =>
            {
                await c.ExecuteAsync("insert into t values (1)", transaction: t);
                return await c.ExecuteAsync(
                    "with recursive n(i) as (select started() union all select i + 1 from n) insert into t select i from n",
                    transaction: t
                );
            },
            _cancel.Token
        );
        var next = WriteAsync(static _ => { });
        await started.Task.WaitAsync(Patience);

        await _cancel.CancelAsync();

        (await Ends<OperationCanceledException>(write)).CancellationToken.Should().Be(_cancel.Token);
        raw.sqlite3_get_autocommit(connection.Handle).Should().Be(1);
        await next.WaitAsync(Patience);
        (await connection.ExecuteScalarAsync<int>("select count(*) from t")).Should().Be(0);
    }

    [Theory]
    [InlineData("the work throws")]
    [InlineData("it cancels before the commit")]
    [InlineData("its COMMIT fails")]
    [InlineData("SQLite took the transaction back")]
    [InlineData("SQLite took the transaction back unheard")]
    public async Task TransactAsync_that_fails_rolls_back_and_the_connection_is_as_new(string how)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            create table parent (id integer primary key);
            create table child (parent integer references parent deferrable initially deferred);
            """
        );

        var write = connection.TransactAsync(
            async (c, t) =>
            {
                await Insert(c, t);
                return how switch
                {
                    "the work throws" => throw new InvalidOperationException("no"),
                    "it cancels before the commit" => await CancelAsync(),
                    "its COMMIT fails" => await c.ExecuteAsync("insert into child values (7)", transaction: t),
                    "SQLite took the transaction back" => await c.ExecuteAsync("rollback", transaction: t),
                    _ => Unheard(c),
                };
            },
            _cancel.Token
        );

        (await Ends<Exception>(write)).Message.Should().NotContain("cannot rollback", "that would hide the reason");
        raw.sqlite3_get_autocommit(connection.Handle).Should().Be(1);
        Read("select count(*) from t").Should().Be(0);
        await connection.TransactAsync(Insert);
        Read("select count(*) from t").Should().Be(1);

        async Task<int> CancelAsync()
        {
            await _cancel.CancelAsync();
            return 0;
        }

        static int Unheard(SqliteConnection c)
        {
            raw.sqlite3_rollback_hook(c.Handle, null, null);
            return raw.sqlite3_exec(c.Handle, "rollback");
        }
    }

    [Theory]
    [InlineData(":memory:", null)]
    [InlineData("named;Mode=Memory;Cache=Shared", "named")]
    public async Task TransactAsync_in_memory_queues_only_where_others_may_write(string source, string? queue)
    {
        await using var memory = new SqliteDataSource($"Data Source={source}");
        await using var connection = await memory.OpenConnectionAsync();
        await connection.ExecuteAsync("create table t (i integer)");

        (await connection.TransactAsync(Insert)).Should().Be(1);

        DatabaseFile.QueueOf(connection).Should().Be(queue);
    }

    [Fact]
    public async Task The_dialect_and_so_a_connection_scope_writes_in_the_same_turn()
    {
        await using var scope = new ConnectionScope(_source, new SqliteDialect());

        var waiting = await scope.TransactAsync(
            (c, _) => Task.FromResult(WriterTurns.CountWaiting(((SqliteConnection)c).DataSource))
        );

        waiting.Should().Be(0, "the turn is the scope's, and nobody waits");
    }

    [Fact]
    public async Task TransactAsync_misused_is_told_with_a_sentence()
    {
        await using var connection = await _source.OpenConnectionAsync();

        var nested = () => connection.TransactAsync((c, _) => c.TransactAsync(Insert));
        await nested.Should().ThrowAsync<InvalidOperationException>().WithMessage("*is in a transaction*");
        await connection.CloseAsync();
        var closed = () => connection.TransactAsync(Insert);
        await closed.Should().ThrowAsync<InvalidOperationException>().WithMessage("*is Closed: open it*");
    }

    [Fact]
    public async Task TransactAsync_keeps_the_native_wait_of_the_connection()
    {
        await using var connection = await _source.OpenConnectionAsync();

        var inside = await connection.TransactAsync(
            (c, t) => c.ExecuteScalarAsync<int>("pragma busy_timeout", null, t)
        );

        inside.Should().Be(100);
    }

    private static Task<int> Insert(System.Data.Common.DbConnection c, System.Data.Common.DbTransaction t) =>
        c.ExecuteAsync("insert into t values (1)", transaction: t);

    private static async Task<TException> Ends<TException>(Task task)
        where TException : Exception =>
        (await ((Func<Task>)(() => task.WaitAsync(Patience))).Should().ThrowAsync<TException>()).Which;

    private async Task WriteAsync(Action<SqliteConnection> work, CancellationToken ct = default)
    {
        await using var connection = _source.OpenConnection();
        await connection.TransactAsync(
            (c, _) =>
            {
                work(c);
                return Task.FromResult(0);
            },
            ct
        );
    }

    private long Read(string sql)
    {
        using var connection = _source.OpenConnection();
        return connection.ExecuteScalar<long>(sql);
    }

    /// <summary>Another's write lock: for SQLite a connection outside the queue is what another process is.</summary>
    private static SqliteConnection Locked(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        connection.Execute(
            "pragma journal_mode = wal; create table if not exists t (i integer not null); begin immediate"
        );
        return connection;
    }
}
