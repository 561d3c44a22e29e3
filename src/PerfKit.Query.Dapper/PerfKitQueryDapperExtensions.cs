using System.Data.Common;
using Dapper;

namespace PerfKit.Query;

/// <summary>Keyset pages in one line of Dapper. The connection stays the driver's own.</summary>
public static class PerfKitQueryDapperExtensions
{
    /// <summary>Fetches one page: one statement, or a second where the first range of the index ends within the page.</summary>
    /// <param name="connection">The driver's connection; Dapper opens and closes it when it is closed.</param>
    /// <param name="dialect">The engine.</param>
    /// <param name="page">The page to fetch.</param>
    /// <param name="sql">
    /// The statement with <c>{range}</c> where the page's condition belongs, without order and limit:
    /// <c>"select ... from files f where owner = @owner and {range}"</c>. It must select the columns of the order.
    /// </param>
    /// <param name="parameters">Your own parameters, or null. The names <c>k0</c>, <c>k1</c>... and <c>take</c> are the page's.</param>
    /// <param name="valueOf">Gives a row's value of a sort field by its public name, of exactly the field's type.</param>
    /// <param name="transaction">The transaction to read in, or null.</param>
    /// <param name="cancellationToken">Cancels the query. SQLite's driver looks at it only before the statement runs.</param>
    /// <exception cref="ArgumentException">The statement has no <c>{range}</c>, or a sort value is unusable.</exception>
    public static Task<KeysetPage<T>> QueryPageAsync<T>(
        this DbConnection connection,
        ISqlDialect dialect,
        KeysetQuery page,
        string sql,
        object? parameters,
        Func<T, string, object?> valueOf,
        DbTransaction? transaction = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(page);
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        return page.ReadAsync(dialect, FetchAsync, valueOf, cancellationToken);

        async Task<IReadOnlyList<T>> FetchAsync(KeysetRange range, CancellationToken token)
        {
            var all = new DynamicParameters(parameters);
            foreach (var (name, value) in range.Parameters)
            {
                all.Add(name, value);
            }

            var command = new CommandDefinition(range.Complete(sql), all, transaction, cancellationToken: token);
            return (await connection.QueryAsync<T>(command).ConfigureAwait(false)).AsList();
        }
    }

    /// <summary>
    /// Counts the rows of the whole list. It reads all of them, or as many as <paramref name="most"/>: ask for it only where
    /// somebody looks at it, and not together with the page.
    /// </summary>
    /// <param name="connection">The driver's connection; Dapper opens and closes it when it is closed.</param>
    /// <param name="sql">The statement that <c>QueryPageAsync</c> takes, with <c>{range}</c>.</param>
    /// <param name="parameters">Your own parameters, or null. The name <c>take</c> is taken.</param>
    /// <param name="most">Where to stop; this answer then means "so many, or more".</param>
    /// <param name="transaction">The transaction to read in, or null.</param>
    /// <param name="cancellationToken">Cancels the query. SQLite's driver looks at it only before the statement runs.</param>
    public static Task<long> CountPagedAsync(
        this DbConnection connection,
        string sql,
        object? parameters,
        long most,
        DbTransaction? transaction = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        var all = new DynamicParameters(parameters);
        all.Add("take", most);
        return connection.ExecuteScalarAsync<long>(
            new CommandDefinition(KeysetQuery.Count(sql), all, transaction, cancellationToken: cancellationToken)
        );
    }
}
