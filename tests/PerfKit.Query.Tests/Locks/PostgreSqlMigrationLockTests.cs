using Microsoft.Extensions.Logging;
using Npgsql;

namespace PerfKit.Query.Tests.Locks;

public sealed class PostgreSqlMigrationLockTests : ILogger<PostgreSqlMigrationLock>
{
    private readonly List<string> _warnings = [];

    [SkippableFact]
    public async Task A_holder_builds_an_index_concurrently_while_another_runner_waits()
    {
        await using var engine = await MigrationLockEngine.CreateAsync("postgresql");
        await using var database = engine.DataSource();
        await ExecuteAsync(database, "create table t (a int); insert into t select generate_series(1, 20000)");
        var held = await engine.Runner().AcquireAsync(TimeSpan.Zero, CancellationToken.None);
        var waiting = engine.Runner().AcquireAsync(TimeSpan.FromSeconds(60), CancellationToken.None).AsTask();

        await ExecuteAsync(database, "create index concurrently t_a on t (a)");
        waiting.IsCompleted.Should().BeFalse();
        await held.DisposeAsync();

        await using var next = await waiting;
    }

    [SkippableFact]
    public async Task A_lock_lost_with_its_session_is_told_and_free()
    {
        await using var engine = await MigrationLockEngine.CreateAsync("postgresql");
        await using var database = engine.DataSource();
        var held = await engine.Runner(logger: this).AcquireAsync(TimeSpan.Zero, CancellationToken.None);
        await ExecuteAsync(database, "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'");

        await using var next = await engine.Runner().AcquireAsync(TimeSpan.FromSeconds(60), CancellationToken.None);
        await held.DisposeAsync();

        _warnings.Should().ContainSingle().Which.Should().StartWith("The session that held the migration lock ended");
    }

    [SkippableFact]
    public async Task A_given_back_connection_does_not_keep_the_lock_even_where_the_pool_never_resets()
    {
        await using var engine = await MigrationLockEngine.CreateAsync("postgresql");
        await using var pool = NpgsqlDataSource.Create($"{engine.Database};No Reset On Close=true");
        for (var round = 0; round < 3; round++)
        {
            var migrations = new PostgreSqlMigrationLock(pool);
            await using var held = await migrations.AcquireAsync(TimeSpan.Zero, CancellationToken.None);
        }

        await using var other = await engine.Runner().AcquireAsync(TimeSpan.Zero, CancellationToken.None);
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        if (logLevel >= LogLevel.Warning)
        {
            _warnings.Add(formatter(state, exception));
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
