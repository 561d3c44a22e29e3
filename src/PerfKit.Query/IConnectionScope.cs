using System.Data;
using System.Data.Common;

namespace PerfKit.Query;

/// <summary>One connection for all that a request asks the database, opened when it asks first.</summary>
/// <remarks>
/// One open and one reset instead of one each. Work runs one after another, as a connection runs one command at a time; what shall run
/// side by side opens connections of its own. May be called from any thread.
/// </remarks>
public interface IConnectionScope
{
    /// <summary>Runs work on the connection once it is its turn. Work inside work has the turn of the outer one.</summary>
    /// <param name="work">
    /// Gets the open driver's connection, and the transaction it is in if <see cref="TransactAsync"/> is around it. It must not keep them.
    /// </param>
    /// <param name="cancellationToken">Ends the wait; on SQLite it also interrupts the work.</param>
    Task<T> RunAsync<T>(
        Func<DbConnection, DbTransaction?, Task<T>> work,
        CancellationToken cancellationToken = default
    );

    /// <summary>Runs work in a transaction, which commits when the work succeeds and rolls back when it throws.</summary>
    /// <param name="work">Gets the open driver's connection and its transaction.</param>
    /// <param name="isolation">The isolation level, or the engine's own.</param>
    /// <param name="cancellationToken">Ends the wait; on SQLite it also interrupts the work.</param>
    /// <exception cref="InvalidOperationException">It is inside another transaction of this scope.</exception>
    Task<T> TransactAsync<T>(
        Func<DbConnection, DbTransaction, Task<T>> work,
        IsolationLevel isolation = IsolationLevel.Unspecified,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Gives the connection back, when the work before it is done: before a response body is streamed, which may take a client long.
    /// Later work opens another.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is called inside the scope's own work.</exception>
    ValueTask ReleaseAsync();
}
