using System.Data;
using Microsoft.Data.Sqlite;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

public static partial class SqliteConnectionExtensions
{
    /// <summary>
    /// Runs work in a transaction that may write: when it is its turn among the writers of this process, first come
    /// first served, and the database is not locked by another process. Neither wait holds a thread. The work runs as
    /// in <see cref="RunAsync{T}"/>; the transaction commits when it succeeds, and has rolled back when the task ends in
    /// any other way.
    /// </summary>
    /// <remarks>
    /// The writers of one file are known by its full path, whatever their connection strings. Work inside work must use
    /// the connection it is given: a second transaction on the same database waits for the first, until the timeout. A
    /// call costs a switch of threads.
    /// </remarks>
    /// <param name="connection">
    /// An open connection in no transaction. Until the task ends it is the work's alone.
    /// </param>
    /// <param name="work">Gets the connection and the transaction; it must not end either.</param>
    /// <param name="cancellationToken">Ends the waits at once, and interrupts the work.</param>
    /// <exception cref="InvalidOperationException">The connection is not open, or in a transaction already.</exception>
    /// <exception cref="TimeoutException">
    /// Both waits together took longer than the connection's <see cref="SqliteConnection.DefaultTimeout"/>: 30 s by
    /// default, 0 for no end.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled before the commit: nothing was written.
    /// </exception>
    public static Task<T> TransactAsync<T>(
        this SqliteConnection connection,
        Func<SqliteConnection, SqliteTransaction, Task<T>> work,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(work);
        return new WriteTransaction<T>(
            connection,
            work,
            IsolationLevel.Serializable,
            TimeProvider.System,
            cancellationToken
        ).RunAsync();
    }
}
