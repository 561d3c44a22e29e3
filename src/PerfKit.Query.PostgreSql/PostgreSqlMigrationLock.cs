using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>
/// One session-level advisory lock a database, tried and never waited for in the server. The holder keeps one idle
/// connection, outside any transaction; the server frees the lock when that session ends.
/// </summary>
/// <remarks>Needs a real session: through PgBouncer in transaction mode give it a data source of its own that goes around.</remarks>
public sealed class PostgreSqlMigrationLock : PolledMigrationLock
{
    private const int KeyHigh = 0x50657266; // "Perf"
    private const int KeyLow = 0x4B69744D; // "KitM"

    private readonly NpgsqlDataSource _dataSource;

    /// <summary>Creates the lock; nothing is opened yet.</summary>
    /// <param name="dataSource">The database; its pool must have room for one connection beside the migration's.</param>
    /// <param name="logger">Told when a wait begins and when a held lock was lost; null for none.</param>
    /// <param name="clock">Times the wait; null for the system's.</param>
    public PostgreSqlMigrationLock(
        NpgsqlDataSource dataSource,
        ILogger<PostgreSqlMigrationLock>? logger = null,
        TimeProvider? clock = null
    )
        : base(clock, logger)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = dataSource;
    }

    /// <inheritdoc/>
    protected override async ValueTask<IAsyncDisposable?> TryAcquireAsync(CancellationToken cancellationToken)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (await AskAsync(connection, "pg_try_advisory_lock").ConfigureAwait(false))
            {
                return new HeldAdvisoryLock(connection, Logger, static c => AskAsync(c, "pg_advisory_unlock"));
            }
        }
        catch
        {
            NpgsqlConnection.ClearPool(connection); // Whatever state the session has, nobody shall get it.
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        await connection.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    /// <inheritdoc/>
    protected override async ValueTask<string?> DescribeHolderAsync(CancellationToken cancellationToken)
    {
        using var command = _dataSource.CreateCommand(
            """
            select format(
                'server process %s (application ''%s'', from %s, connected since %s)',
                a.pid, a.application_name, coalesce(host(a.client_addr), 'a local socket'),
                to_char(a.backend_start at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
            from pg_locks l join pg_stat_activity a on a.pid = l.pid
            where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and l.classid = $1 and l.objid = $2
              and l.database = (select oid from pg_database where datname = current_database())
            """
        );
        command.Parameters.Add(new NpgsqlParameter<uint> { TypedValue = KeyHigh, NpgsqlDbType = NpgsqlDbType.Oid });
        command.Parameters.Add(new NpgsqlParameter<uint> { TypedValue = KeyLow, NpgsqlDbType = NpgsqlDbType.Oid });
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string;
    }

    private static async Task<bool> AskAsync(NpgsqlConnection connection, string function)
    {
        // Not cancellable: it never waits, and a lock granted while the answer is thrown away would stay in the pool.
        using var command = new NpgsqlCommand($"select {function}($1, $2)", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = KeyHigh });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = KeyLow });
        return await command.ExecuteScalarAsync(CancellationToken.None).ConfigureAwait(false) is true;
    }
}
