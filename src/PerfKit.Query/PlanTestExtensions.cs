using System.Data.Common;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>Asserts about plans, for tests: any framework reports the exception.</summary>
public static class PlanTestExtensions
{
    /// <summary>
    /// Fails unless the statement seeks in the index: its bound stands in the index condition, and nothing is sorted
    /// afterwards. Nothing runs but EXPLAIN, so the table may be empty; whatever plan the engine would choose for few rows, the
    /// answer is what the index can do.
    /// </summary>
    /// <param name="connection">An open connection to a database with the schema.</param>
    /// <param name="dialect">The engine.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="index">The index's name.</param>
    /// <param name="parameters">A value of the right type for each parameter, such as <see cref="KeysetRange.Parameters"/>.</param>
    /// <param name="transaction">The transaction that the connection is in, or null.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="PlanException">The statement reads too much, or sorts; the message says why.</exception>
    public static async Task MustSeekAsync(
        this DbConnection connection,
        ISqlDialect dialect,
        string sql,
        string index,
        IEnumerable<KeyValuePair<string, object>>? parameters = null,
        DbTransaction? transaction = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(dialect);
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        ArgumentException.ThrowIfNullOrWhiteSpace(index);
        var command = connection.CreateCommand();
        await using var ended = command.ConfigureAwait(false);
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach (var (name, value) in parameters ?? [])
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        var use = await dialect.ExplainAsync(command, index, cancellationToken).ConfigureAwait(false);
        if (SeekVerdict.Fault(use, index) is { } fault)
        {
            throw new PlanException($"{fault}\n{sql}\n{use.Plan}");
        }
    }
}
