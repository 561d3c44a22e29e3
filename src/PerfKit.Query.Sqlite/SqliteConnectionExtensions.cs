using System.Data;
using Microsoft.Data.Sqlite;
using PerfKit.Query.Internal;
using SQLitePCL;

namespace PerfKit.Query;

/// <summary>
/// Queries that can be cancelled: the driver's asynchronous methods block their caller and ignore the token once they run.
/// </summary>
public static partial class SqliteConnectionExtensions
{
    /// <summary>
    /// Runs work on the thread pool, so that the caller's thread is free, and interrupts the statement that runs when the
    /// token is cancelled, which takes milliseconds. The work is whatever you would call on the connection, Dapper
    /// included: <c>connection.RunAsync(c =&gt; c.QueryAsync&lt;Row&gt;(sql), token)</c>.
    /// </summary>
    /// <remarks>
    /// SQLite takes the whole transaction back when it interrupts a statement that writes, and leaves it open after one that
    /// reads. A wait for another connection's lock is no running statement: it ends with the command's timeout. A call costs
    /// a switch of threads.
    /// </remarks>
    /// <param name="connection">An open connection. Until the task ends it is the work's alone, which must not close it.</param>
    /// <param name="work">Runs on a thread of the pool that it may block.</param>
    /// <param name="cancellationToken">Interrupts the work; cancelled before, nothing runs.</param>
    /// <exception cref="InvalidOperationException">The connection is not open.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled and the work had not ended before.</exception>
    public static Task<T> RunAsync<T>(
        this SqliteConnection connection,
        Func<SqliteConnection, Task<T>> work,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(work);
        return connection.RunAsync(work, static (connection, work) => work(connection), cancellationToken);
    }

    internal static async Task<T> RunAsync<TState, T>(
        this SqliteConnection connection,
        TState state,
        Func<SqliteConnection, TState, Task<T>> work,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(work);
        cancellationToken.ThrowIfCancellationRequested();
        if (connection.State != ConnectionState.Open)
        {
            throw new InvalidOperationException(
                $"The connection to '{connection.DataSource}' is {connection.State}: open it before RunAsync."
            );
        }

        using var interrupts = cancellationToken.CanBeCanceled ? new Interrupts(connection.Handle!) : null;
        await using var registration = cancellationToken
            .UnsafeRegister(static interrupts => ((Interrupts)interrupts!).Begin(), interrupts)
            .ConfigureAwait(false);
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // On with a thread of the pool.
        try
        {
            return await work(connection, state).ConfigureAwait(false);
        }
        catch (SqliteException e)
            when (e.SqliteErrorCode == raw.SQLITE_INTERRUPT && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The SQLite statement was interrupted.", e, cancellationToken);
        }
    }
}
