using System.Data;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PerfKit.Query.Internal;

/// <summary>
/// One transaction that writes: its turn in this process, then the database's lock against other processes, tried
/// without waiting and again after a pause that holds no thread, then the work, then the commit.
/// </summary>
internal sealed class WriteTransaction<T>(
    SqliteConnection connection,
    Func<SqliteConnection, SqliteTransaction, Task<T>> work,
    IsolationLevel isolation,
    TimeProvider clock,
    CancellationToken cancellationToken
)
{
    private const int FirstPauseMilliseconds = 2;
    private const int LongestPauseMilliseconds = 50;
    private const int LongestTimeoutSeconds = int.MaxValue / 1_000;

    private readonly long _began = clock.GetTimestamp();

    // The driver's own measure: seconds, and 0 for ever. What no timer can hold is for ever too.
    private readonly TimeSpan _timeout = connection.DefaultTimeout is 0 or > LongestTimeoutSeconds
        ? TimeSpan.MaxValue
        : TimeSpan.FromSeconds(connection.DefaultTimeout);

    private SqliteTransaction? _transaction;

    public async Task<T> RunAsync()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (connection.State != ConnectionState.Open)
        {
            throw new InvalidOperationException(
                $"The connection to '{connection.DataSource}' is {connection.State}: open it before TransactAsync."
            );
        }

        if (raw.sqlite3_get_autocommit(connection.Handle) == 0)
        {
            throw new InvalidOperationException(
                $"The connection to '{connection.DataSource}' is in a transaction: TransactAsync begins its own."
            );
        }

        if (DatabaseFile.QueueOf(connection) is not { } queue)
        {
            return await LockedAsync().ConfigureAwait(false);
        }

        await TakeTurnAsync(queue).ConfigureAwait(false);
        try
        {
            return await LockedAsync().ConfigureAwait(false);
        }
        finally
        {
            WriterTurns.Pass(queue);
        }
    }

    private async Task TakeTurnAsync(string queue)
    {
        try
        {
            var longest = _timeout == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : _timeout;
            await WriterTurns.TakeAsync(queue, longest, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw TooLong($"Earlier writers of this process kept '{queue}'", "shorten their transactions", e);
        }
    }

    private async Task<T> LockedAsync()
    {
        for (var pause = FirstPauseMilliseconds; ; pause = Math.Min(2 * pause, LongestPauseMilliseconds))
        {
            try
            {
                var (began, result) = await connection
                    .RunAsync(_ => AttemptAsync(), cancellationToken)
                    .ConfigureAwait(false);
                if (began)
                {
                    return result;
                }
            }
            catch
            {
                Rollback(); // Interrupts have ended: they would hit it too.
                throw;
            }

            var left = _timeout - clock.GetElapsedTime(_began);
            if (left <= TimeSpan.Zero)
            {
                throw TooLong(
                    $"Another process, or a connection outside TransactAsync, kept '{connection.DataSource}' locked",
                    "end its transaction",
                    null
                );
            }

            var jittered = TimeSpan.FromMilliseconds(pause * (0.5 + (Random.Shared.NextDouble() / 2)));
            await Task.Delay(jittered < left ? jittered : left, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(bool Began, T Result)> AttemptAsync()
    {
        _transaction = TryBegin();
        if (_transaction is null)
        {
            return (false, default!);
        }

        var result = await work(connection, _transaction).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        _transaction.Commit();
        return (true, result);
    }

    /// <summary>The driver's own transaction, or null at once while another has the lock.</summary>
    private SqliteTransaction? TryBegin()
    {
        var handle = connection.Handle!;
        var (timeout, busyWait) = (connection.DefaultTimeout, DatabaseFile.BusyWaitOf(handle));
        try
        {
            connection.DefaultTimeout = -1; // The driver sleeps 150 ms while this many seconds have not passed: never.
            raw.sqlite3_busy_timeout(handle, 0);
            return connection.BeginTransaction(isolation, deferred: false);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED)
        {
            return null;
        }
        finally
        {
            connection.DefaultTimeout = timeout;
            raw.sqlite3_busy_timeout(handle, busyWait);
        }
    }

    /// <summary>
    /// Leaves the connection without a transaction. SQLite may have taken it back itself; the driver then knows, or it
    /// had stopped to listen, as a COMMIT that failed makes it, and sends a ROLLBACK, which must find something to take
    /// back.
    /// </summary>
    private void Rollback()
    {
        if (_transaction?.Connection is null || connection.State != ConnectionState.Open)
        {
            return; // Not begun, or the work ended it.
        }

        var handle = connection.Handle;
        if (raw.sqlite3_get_autocommit(handle) != 0)
        {
            raw.sqlite3_exec(handle, "begin");
        }

        _transaction.Dispose();
        if (raw.sqlite3_get_autocommit(handle) == 0)
        {
            raw.sqlite3_exec(handle, "rollback");
        }

        Debug.Assert(raw.sqlite3_get_autocommit(handle) != 0, "A transaction outlived its rollback.");
    }

    private TimeoutException TooLong(string who, string wayOut, Exception? inner) =>
        new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{who} for {_timeout.TotalSeconds:0} s: {wayOut}, or raise Default Timeout in the connection string."
            ),
            inner
        );
}
