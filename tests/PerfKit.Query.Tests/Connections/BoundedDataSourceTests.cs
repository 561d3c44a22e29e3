using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics.Metrics;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Connections;

public sealed class BoundedDataSourceTests
{
    [Fact]
    public async Task Who_finds_pool_and_queue_full_is_refused_at_once_with_a_sentence()
    {
        await using var source = Bounded(maxOpen: 1, maxWaiting: 0);
        await using var held = await source.OpenConnectionAsync();

        var open = () => source.OpenConnectionAsync().AsTask();

        var refusal = (await open.Should().ThrowAsync<PoolFullException>()).Which;
        refusal
            .Message.Should()
            .Match("All 1 connections of the pool 'default' are in use, and the queue*try again in 1 s*");
        refusal.RetryAfter.Should().Be(TimeSpan.FromSeconds(1));
        refusal.IsTransient.Should().BeFalse();
    }

    [Fact]
    public async Task Who_waits_is_served_in_order()
    {
        await using var source = Bounded(maxOpen: 1, maxWaiting: 2);
        var held = await source.OpenConnectionAsync();
        var first = source.OpenConnectionAsync().AsTask();
        var second = source.OpenConnectionAsync().AsTask();

        await held.DisposeAsync();
        var served = await first;

        second.IsCompleted.Should().BeFalse();
        await served.DisposeAsync();
        await (await second).DisposeAsync();
    }

    [Fact]
    public async Task Who_cancels_leaves_the_queue()
    {
        await using var source = Bounded(maxOpen: 1, maxWaiting: 1);
        var held = await source.OpenConnectionAsync();
        using var leaving = new CancellationTokenSource();
        var left = source.OpenConnectionAsync(leaving.Token).AsTask();
        await leaving.CancelAsync();

        var wait = () => left;
        await wait.Should().ThrowAsync<OperationCanceledException>();
        var next = source.OpenConnectionAsync().AsTask();
        await held.DisposeAsync();
        await (await next).DisposeAsync();
    }

    [Fact]
    public async Task Who_waits_too_long_is_refused()
    {
        await using var source = Bounded(maxOpen: 1, maxWaiting: 1, TimeSpan.FromMilliseconds(20));
        await using var held = await source.OpenConnectionAsync();

        var open = () => source.OpenConnectionAsync().AsTask();

        await open.Should().ThrowAsync<PoolFullException>().WithMessage("*none became free within 0.02 s*");
    }

    [Fact]
    public async Task A_connection_that_cannot_be_opened_takes_no_place()
    {
        var missing = SqliteFactory.Instance.CreateDataSource("Data Source=/missing/folder/data.db");
        await using var source = new BoundedDataSource(missing, maxOpen: 1, maxWaiting: 0);

        for (var i = 0; i < 3; i++)
        {
            var open = () => source.OpenConnectionAsync().AsTask();
            await open.Should().ThrowAsync<SqliteException>();
        }
    }

    [Fact]
    public async Task Closing_disposing_and_closing_again_give_one_place_back()
    {
        await using var source = Bounded(maxOpen: 1, maxWaiting: 0);
        var connection = await source.OpenConnectionAsync();
        await connection.CloseAsync();
        await connection.DisposeAsync();

        await using var held = await source.OpenConnectionAsync();
        var open = () => source.OpenConnectionAsync().AsTask();

        await open.Should().ThrowAsync<PoolFullException>();
    }

    [SkippableFact]
    public async Task A_connection_that_the_server_ended_gives_its_place_back()
    {
        var server = await PostgreSqlServer.SharedAsync();
        var inner = NpgsqlDataSource.Create(await server.CreateDatabaseAsync());
        await using var source = new BoundedDataSource(inner, maxOpen: 1, maxWaiting: 0);
        for (var i = 0; i < 3; i++)
        {
            await using var connection = await source.OpenConnectionAsync();
            var end = () => connection.ExecuteAsync("select pg_terminate_backend(pg_backend_pid())");
            await end.Should().ThrowAsync<DbException>();
        }
    }

    [SkippableFact]
    public async Task A_session_setting_does_not_reach_the_next_user()
    {
        var server = await PostgreSqlServer.SharedAsync();
        var inner = NpgsqlDataSource.Create(await server.CreateDatabaseAsync());
        await using var source = new BoundedDataSource(inner, maxOpen: 1, maxWaiting: 0);
        int first;
        await using (var connection = await source.OpenConnectionAsync())
        {
            first = await connection.ExecuteScalarAsync<int>("set work_mem = '77MB'; select pg_backend_pid()");
        }

        await using var next = await source.OpenConnectionAsync();

        (await next.ExecuteScalarAsync<int>("select pg_backend_pid()")).Should().Be(first);
        (await next.ExecuteScalarAsync<string>("show work_mem")).Should().NotBe("77MB");
    }

    [SkippableFact]
    public async Task WarmUpAsync_opens_so_many_connections()
    {
        var server = await PostgreSqlServer.SharedAsync();
        await using var source = NpgsqlDataSource.Create(await server.CreateDatabaseAsync());

        await source.WarmUpAsync(5);

        await using var connection = await source.OpenConnectionAsync();
        var open = await connection.ExecuteScalarAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database()"
        );
        open.Should().Be(5);
    }

    [Fact]
    public async Task The_meter_tells_waits_uses_and_refusals()
    {
        var sums = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "PerfKit.Query")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        listener.SetMeasurementEventCallback<double>((i, _, tags, _) => Add(i, 1, tags));
        listener.Start();
        await using var source = Bounded(maxOpen: 1, maxWaiting: 1, poolName: "metered");

        var held = await source.OpenConnectionAsync();
        var waiting = source.OpenConnectionAsync().AsTask();
        var refused = () => source.OpenConnectionAsync().AsTask();
        await refused.Should().ThrowAsync<PoolFullException>();
        sums["db.client.connection.pending_requests"].Should().Be(1);
        await held.DisposeAsync();
        await (await waiting).DisposeAsync();

        sums.Should()
            .BeEquivalentTo(
                new Dictionary<string, double>
                {
                    ["db.client.connection.pending_requests"] = 0,
                    ["db.client.connection.timeouts"] = 1,
                    ["db.client.connection.use_time"] = 2,
                    ["db.client.connection.wait_time"] = 1,
                }
            );

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.Contains(new KeyValuePair<string, object?>("db.client.connection.pool.name", "metered")))
            {
                sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
            }
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(10_001, 0)]
    [InlineData(1, -1)]
    public void Bounds_out_of_range_are_refused(int maxOpen, int maxWaiting)
    {
        var create = () => Bounded(maxOpen, maxWaiting);

        create.Should().Throw<ArgumentOutOfRangeException>();
    }

    private static BoundedDataSource Bounded(
        int maxOpen,
        int maxWaiting,
        TimeSpan? maxWait = null,
        string poolName = "default"
    ) => new(SqliteFactory.Instance.CreateDataSource("Data Source=:memory:"), maxOpen, maxWaiting, maxWait, poolName);
}
