using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Connections;

public sealed class ConnectionScopeTests : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<BoundedDataSource> _sources = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var source in _sources)
        {
            await source.DisposeAsync();
        }
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task All_work_has_one_connection_and_it_is_given_back(string engine)
    {
        var source = await SourceAsync(engine);
        var scope = new ConnectionScope(source, Engines.Dialect(engine));
        var connections = new HashSet<DbConnection>();

        for (var i = 0; i < 10; i++)
        {
            await scope.RunAsync((connection, _) => Task.FromResult(connections.Add(connection)));
        }

        connections.Should().ContainSingle();
        var other = () => source.OpenConnectionAsync().AsTask();
        await other.Should().ThrowAsync<PoolFullException>("the scope holds the only connection");
        await scope.DisposeAsync();
        await (await other()).DisposeAsync();
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task Nothing_is_opened_before_work_and_after_release(string engine)
    {
        var source = await SourceAsync(engine);
        await using var scope = new ConnectionScope(source, Engines.Dialect(engine));
        await (await source.OpenConnectionAsync()).DisposeAsync();

        (await scope.RunAsync((c, _) => c.ExecuteScalarAsync<int>("select 1"))).Should().Be(1);
        await scope.ReleaseAsync();
        await (await source.OpenConnectionAsync()).DisposeAsync();

        (await scope.RunAsync((c, _) => c.ExecuteScalarAsync<int>("select 2"))).Should().Be(2);
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task Work_asked_for_side_by_side_runs_one_after_another(string engine)
    {
        await using var scope = new ConnectionScope(await SourceAsync(engine), Engines.Dialect(engine));
        var running = 0;

        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 50)
                .Select(i =>
                    Task.Run(() =>
                        scope.RunAsync(
                            async (connection, _) =>
                            {
                                Interlocked.Increment(ref running).Should().Be(1);
                                var result = await connection.ExecuteScalarAsync<int>("select @i", new { i });
                                Interlocked.Decrement(ref running);
                                return result;
                            }
                        )
                    )
                )
        );

        results.Should().Equal(Enumerable.Range(0, 50));
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task Work_inside_a_transaction_is_in_it_and_commits_with_it(string engine)
    {
        await using var scope = new ConnectionScope(await SourceAsync(engine), Engines.Dialect(engine));

        await scope.TransactAsync((c, t) => c.ExecuteAsync("insert into t values (1)", transaction: t));
        var failing = () =>
            scope.TransactAsync<int>(
                async (c, t) =>
                {
                    await c.ExecuteAsync("insert into t values (2)", transaction: t);
                    var inside = await scope.RunAsync(
                        (inner, transaction) =>
                        {
                            transaction.Should().BeSameAs(t);
                            return inner.ExecuteScalarAsync<int>("select count(*) from t", transaction: transaction);
                        }
                    );
                    inside.Should().Be(2);
                    throw new InvalidOperationException("no");
                }
            );

        await failing.Should().ThrowAsync<InvalidOperationException>().WithMessage("no");
        (await scope.RunAsync((c, t) => c.ExecuteScalarAsync<int>("select count(*) from t", transaction: t)))
            .Should()
            .Be(1);
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task A_batch_loader_that_began_inside_work_waits_for_its_turn(string engine)
    {
        await using var scope = new ConnectionScope(await SourceAsync(engine), Engines.Dialect(engine));
        var loader = new BatchLoader<int, int>(
            async (keys, ct) =>
            {
                await scope.RunAsync((c, _) => c.ExecuteScalarAsync<int>("select 1"), ct);
                return keys.ToDictionary(static key => key);
            }
        );
        ValueTask<int> load = default;

        await scope.RunAsync(
            (c, _) =>
            {
                load = loader.LoadAsync(7);
                return Task.FromResult(0);
            }
        );

        (await load).Should().Be(7);
    }

    [Fact]
    public async Task Misuse_is_told_with_a_sentence()
    {
        var scope = new ConnectionScope(await SourceAsync("sqlite"), new SqliteDialect());

        var nested = () => scope.RunAsync((_, _) => scope.TransactAsync((_, _) => Task.FromResult(0)));
        var released = () =>
            scope.RunAsync(
                async (_, _) =>
                {
                    await scope.ReleaseAsync();
                    return 0;
                }
            );

        await nested.Should().ThrowAsync<InvalidOperationException>().WithMessage("*inside other work*");
        await released.Should().ThrowAsync<InvalidOperationException>().WithMessage("*after the work*");
        await scope.DisposeAsync();
        var late = () => scope.RunAsync((_, _) => Task.FromResult(0));
        await late.Should().ThrowAsync<ObjectDisposedException>();
    }

    [SkippableFact]
    public async Task After_the_server_ended_the_connection_work_gets_another()
    {
        await using var scope = new ConnectionScope(await SourceAsync("postgresql"), new PostgreSqlDialect());
        var end = () => scope.RunAsync((c, _) => c.ExecuteAsync("select pg_terminate_backend(pg_backend_pid())"));

        await end.Should().ThrowAsync<DbException>();

        (await scope.RunAsync((c, _) => c.ExecuteScalarAsync<int>("select 1"))).Should().Be(1);
    }

    [Fact]
    public async Task On_SQLite_the_token_interrupts_the_work()
    {
        await using var scope = new ConnectionScope(await SourceAsync("sqlite"), new SqliteDialect());
        using var leaving = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        const string Endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n";

        var run = () => scope.RunAsync((c, _) => c.ExecuteScalarAsync<long>(Endless), leaving.Token);

        await run.Should().ThrowAsync<OperationCanceledException>();
    }

    private async Task<BoundedDataSource> SourceAsync(string engine)
    {
        DbDataSource inner =
            engine == "sqlite"
                ? SqliteFactory.Instance.CreateDataSource($"Data Source={_folder.File("data.db")}")
                : NpgsqlDataSource.Create(await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync());
        await using (var connection = await inner.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("create table t (id integer)");
        }

        var source = new BoundedDataSource(inner, maxOpen: 1, maxWaiting: 0);
        _sources.Add(source);
        return source;
    }
}
