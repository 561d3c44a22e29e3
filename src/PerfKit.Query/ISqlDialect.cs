using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace PerfKit.Query;

/// <summary>What differs between engines in the SQL that PerfKit.Query helps to write.</summary>
public interface ISqlDialect
{
    /// <summary>The engine's name as in the OpenTelemetry conventions: <c>postgresql</c>, <c>sqlite</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Whether an index column can be declared <c>nulls first</c> or <c>nulls last</c>. Where not, nulls are the lowest values,
    /// and another order needs <c>(column is null)</c> before the column.
    /// </summary>
    bool IndexesNullOrder { get; }

    /// <summary>
    /// A value as it is written where the planner shall not look at it, so that a prepared statement keeps one plan whatever
    /// the value; the value itself where the engine does not look.
    /// </summary>
    /// <param name="parameterSql">The parameter with its @.</param>
    string Opaque(string parameterSql);

    /// <summary>
    /// The condition "the column is one of the list", with one parameter whatever the list's length: one statement text,
    /// and no limit on the number of parameters.
    /// </summary>
    /// <param name="columnSql">The column as SQL; it comes from the program, never from a caller.</param>
    /// <param name="parameterName">The parameter's name, with or without the @.</param>
    [SuppressMessage("Naming", "CA1716", Justification = "Kept because it is SQL's own word.")]
    string In(string columnSql, string parameterName);

    /// <summary>The value of that parameter.</summary>
    /// <exception cref="NotSupportedException">The engine cannot compare a list of this type.</exception>
    object ListParameter<T>(IReadOnlyCollection<T> values);

    /// <summary>
    /// A statement run once for each of many keys in one round trip. It sees the parts of its key as <c>perfkit_keys.part0</c> and on;
    /// each row comes behind the number of its key, from 1. The parts' lists are the parameters <c>keys0</c> and on.
    /// </summary>
    /// <param name="sql">The statement.</param>
    /// <param name="typesSql">A type for each part of a key, or null for its parameter's own.</param>
    /// <returns>Null where the engine cannot; SQLite is in the process, so there a statement a key costs little.</returns>
    string? ForEachKey(string sql, IReadOnlyList<string?> typesSql);

    /// <summary>Runs work on an open connection so that its caller's thread stays free and the token ends it.</summary>
    /// <param name="connection">The connection; until the task ends it is the work's alone.</param>
    /// <param name="state">Handed to the work, which thus can be static.</param>
    /// <param name="work">What to do with it.</param>
    /// <param name="cancellationToken">Ends the work where the driver itself would not.</param>
    Task<T> RunAsync<TState, T>(
        DbConnection connection,
        TState state,
        Func<DbConnection, TState, Task<T>> work,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Runs work as <see cref="RunAsync"/> does, in a transaction that commits when it succeeds and rolls back when it
    /// throws. On SQLite the writers of a database come one after another.
    /// </summary>
    /// <param name="connection">The connection, in no transaction; until the task ends it is the work's alone.</param>
    /// <param name="work">Gets the connection and the transaction.</param>
    /// <param name="isolation">The isolation level, or the engine's own.</param>
    /// <param name="cancellationToken">
    /// Ends the waits for a lock and the work where the driver itself would not.
    /// </param>
    /// <exception cref="TimeoutException">
    /// SQLite: the database was locked longer than the connection's timeout.
    /// </exception>
    Task<T> TransactAsync<T>(
        DbConnection connection,
        Func<DbConnection, DbTransaction, Task<T>> work,
        IsolationLevel isolation = IsolationLevel.Unspecified,
        CancellationToken cancellationToken = default
    );

    /// <summary>Asks for the plan of a command, without running it: what the indexes can do, whatever the table holds.</summary>
    /// <param name="command">The statement with a value for each parameter, on an open connection.</param>
    /// <param name="index">The index to look for.</param>
    /// <param name="cancellationToken">Cancels.</param>
    ValueTask<IndexUse> ExplainAsync(DbCommand command, string index, CancellationToken cancellationToken = default);
}
