using System.Data;
using System.Data.Common;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>PostgreSQL: a list is one array parameter, <c>column = any(@ids)</c>.</summary>
/// <param name="autoPrepares">
/// Whether the data source prepares statements (<c>Max Auto Prepare</c> in its connection string). PostgreSQL then keeps the plan
/// of a page, which halves its time, if no value makes another plan look cheaper: values are written as <c>(select @k0)</c>. Without
/// preparing it would cost a tenth more.
/// </param>
public sealed class PostgreSqlDialect(bool autoPrepares = false) : ISqlDialect
{
    /// <inheritdoc/>
    public string Name => "postgresql";

    /// <inheritdoc/>
    public bool IndexesNullOrder => true;

    /// <inheritdoc/>
    public string Opaque(string parameterSql) => autoPrepares ? $"(select {parameterSql})" : parameterSql;

    /// <inheritdoc/>
    public string In(string columnSql, string parameterName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(columnSql);
        ArgumentException.ThrowIfNullOrWhiteSpace(parameterName);
        return $"{columnSql} = any(@{parameterName.TrimStart('@')})";
    }

    /// <inheritdoc/>
    /// <remarks>
    /// An array of T. Its element type must be the column's: a bigint array beside an int column hides the index.
    /// </remarks>
    public object ListParameter<T>(IReadOnlyCollection<T> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values as T[] ?? [.. values];
    }

    /// <inheritdoc/>
    public string? ForEachKey(string sql, IReadOnlyList<string?> typesSql)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        ArgumentNullException.ThrowIfNull(typesSql);
        var lists = typesSql.Select(static (type, i) => type is null ? $"@keys{i}" : $"cast(@keys{i} as {type}[])");
        var parts = typesSql.Select(static (_, i) => $"part{i}");
        return $"""
            select perfkit_keys.number, perfkit_rows.*
            from unnest({string.Join(", ", lists)}) with ordinality as perfkit_keys({string.Join(", ", parts)}, number)
            cross join lateral (
            {sql}
            ) as perfkit_rows
            """;
    }

    /// <inheritdoc/>
    /// <remarks>Npgsql needs no help.</remarks>
    public Task<T> RunAsync<TState, T>(
        DbConnection connection,
        TState state,
        Func<DbConnection, TState, Task<T>> work,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(work);
        return work(connection, state);
    }

    /// <inheritdoc/>
    public async Task<T> TransactAsync<T>(
        DbConnection connection,
        Func<DbConnection, DbTransaction, Task<T>> work,
        IsolationLevel isolation = IsolationLevel.Unspecified,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(work);
        var transaction = await connection.BeginTransactionAsync(isolation, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            var result = await work(connection, transaction).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return result;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IndexUse> ExplainAsync(
        DbCommand command,
        string index,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(index);
        return PostgreSqlPlan.ReadAsync(command, index, cancellationToken);
    }
}
