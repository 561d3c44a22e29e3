using System.Data.Common;
using Dapper;

namespace PerfKit.Query;

/// <summary>Keyset pages and loads by key in one line of Dapper. The connection stays the driver's own.</summary>
public static class PerfKitQueryDapperExtensions
{
    private const string Placeholder = "{keys}";
    private const string KeysParameter = "keys";

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

    /// <summary>Loads one row a key in one round trip; no keys cost none.</summary>
    /// <param name="connection">The driver's connection; Dapper opens and closes it when it is closed.</param>
    /// <param name="dialect">Writes the condition.</param>
    /// <param name="sql">The whole statement with <c>{keys}</c> where the condition belongs: <c>"select id, path from files where {keys}"</c>.</param>
    /// <param name="keyColumnSql">The column that the keys are of, as SQL; it comes from the program, never from a caller.</param>
    /// <param name="keys">The keys; repeated ones are sent once.</param>
    /// <param name="keyOf">The key of a row.</param>
    /// <param name="parameters">Your own parameters, or null. The name <c>keys</c> is taken.</param>
    /// <param name="transaction">The transaction to read in, or null.</param>
    /// <param name="cancellationToken">Cancels the query. SQLite's driver looks at it only before the statement runs.</param>
    /// <returns>The rows found by key; keys without a row are absent.</returns>
    /// <exception cref="InvalidOperationException">Two rows have one key: call <c>LoadManyByAsync</c>.</exception>
    public static async Task<IReadOnlyDictionary<TKey, TValue>> LoadByAsync<TKey, TValue>(
        this DbConnection connection,
        ISqlDialect dialect,
        string sql,
        string keyColumnSql,
        IReadOnlyCollection<TKey> keys,
        Func<TValue, TKey> keyOf,
        object? parameters = null,
        DbTransaction? transaction = null,
        CancellationToken cancellationToken = default
    )
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(keyOf);
        var command = Command(dialect, sql, keyColumnSql, keys, parameters, transaction, cancellationToken);
        var found = new Dictionary<TKey, TValue>(keys.Count);
        foreach (var row in await QueryAsync<TKey, TValue>(connection, keys, command).ConfigureAwait(false))
        {
            if (!found.TryAdd(keyOf(row), row))
            {
                throw new InvalidOperationException(
                    $"Two rows have the key '{keyOf(row)}' of {keyColumnSql}: call LoadManyByAsync where a key has several."
                );
            }
        }

        return found;
    }

    /// <summary>Loads all rows of each key in one round trip; no keys cost none.</summary>
    /// <returns>A list for every key asked for, empty where it has no rows; rows in the statement's order.</returns>
    /// <inheritdoc cref="LoadByAsync{TKey, TValue}"/>
    public static async Task<IReadOnlyDictionary<TKey, IReadOnlyList<TValue>>> LoadManyByAsync<TKey, TValue>(
        this DbConnection connection,
        ISqlDialect dialect,
        string sql,
        string keyColumnSql,
        IReadOnlyCollection<TKey> keys,
        Func<TValue, TKey> keyOf,
        object? parameters = null,
        DbTransaction? transaction = null,
        CancellationToken cancellationToken = default
    )
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(keyOf);
        var command = Command(dialect, sql, keyColumnSql, keys, parameters, transaction, cancellationToken);
        var found = new Dictionary<TKey, IReadOnlyList<TValue>>(keys.Count);
        foreach (var row in await QueryAsync<TKey, TValue>(connection, keys, command).ConfigureAwait(false))
        {
            var key = keyOf(row);
            if (!found.TryGetValue(key, out var rows))
            {
                found.Add(key, rows = new List<TValue>());
            }

            ((List<TValue>)rows).Add(row);
        }

        foreach (var key in keys)
        {
            found.TryAdd(key, []);
        }

        return found;
    }

    private static CommandDefinition Command<TKey>(
        ISqlDialect dialect,
        string sql,
        string keyColumnSql,
        IReadOnlyCollection<TKey> keys,
        object? parameters,
        DbTransaction? transaction,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(dialect);
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        ArgumentNullException.ThrowIfNull(keys);
        if (!sql.Contains(Placeholder, StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"The statement has no {Placeholder} where the condition belongs.",
                nameof(sql)
            );
        }

        var all = new DynamicParameters(parameters);
        all.Add(KeysParameter, dialect.ListParameter(keys.Distinct().ToArray()));
        return new CommandDefinition(
            sql.Replace(Placeholder, dialect.In(keyColumnSql, KeysParameter), StringComparison.Ordinal),
            all,
            transaction,
            cancellationToken: cancellationToken
        );
    }

    private static async Task<IEnumerable<TValue>> QueryAsync<TKey, TValue>(
        DbConnection connection,
        IReadOnlyCollection<TKey> keys,
        CommandDefinition command
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        return keys.Count == 0 ? [] : await connection.QueryAsync<TValue>(command).ConfigureAwait(false);
    }
}
