using System.Data.Common;
using Dapper;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>Loads by key in one line of Dapper, made for the fetch of a <see cref="BatchLoader{TKey, TValue}"/>.</summary>
public static class PerfKitQueryDapperLoads
{
    /// <summary>Loads one row a key in one round trip; no keys cost none.</summary>
    /// <param name="connection">The driver's connection; Dapper opens and closes it when it is closed.</param>
    /// <param name="dialect">Writes the condition.</param>
    /// <param name="sql">The whole statement with <c>{keys}</c> where the condition belongs: <c>"select id, path from files where {keys}"</c>.</param>
    /// <param name="keyColumnSql">The column that the keys are of, as SQL; it comes from the program, never from a caller.</param>
    /// <param name="keys">The keys; repeated ones are sent once.</param>
    /// <param name="keyOf">The key of a row. Asked for integers and Guids; what else a key equals, the database says.</param>
    /// <param name="parameters">Your own parameters, or null. The names <c>keys</c>, <c>keys0</c> and <c>top</c> are taken.</param>
    /// <param name="transaction">The transaction to read in, or null.</param>
    /// <param name="cancellationToken">Cancels the query. SQLite's driver looks at it only before the statement runs.</param>
    /// <returns>The rows found by key; keys without a row are absent.</returns>
    /// <exception cref="InvalidOperationException">Two rows have one key: call <c>LoadManyByAsync</c>.</exception>
    public static Task<IReadOnlyDictionary<TKey, TValue>> LoadByAsync<TKey, TValue>(
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
        var load = new KeyLoad<TKey, TValue>(
            connection,
            dialect,
            sql,
            keys,
            parameters,
            transaction,
            cancellationToken
        );
        return load.ByColumnAsync<IReadOnlyDictionary<TKey, TValue>>(
            keyColumnSql,
            keyOf,
            One<TKey, TValue>(keys),
            AddOne
        );
    }

    /// <summary>Loads one row a key in one round trip, by one column or several, as the database compares them; no keys cost none.</summary>
    /// <param name="connection">The driver's connection; Dapper opens and closes it when it is closed.</param>
    /// <param name="dialect">The engine. On SQLite, which is in the process, it is a statement a key.</param>
    /// <param name="sql">The whole statement with <c>{keys}</c> where the condition belongs.</param>
    /// <param name="keyColumns">The columns that the keys are of.</param>
    /// <param name="keys">The keys; repeated ones are sent once.</param>
    /// <param name="parameters">Your own parameters, or null. The names <c>keys0</c>, <c>keys1</c>... and <c>top</c> are taken.</param>
    /// <param name="transaction">The transaction to read in, or null.</param>
    /// <param name="cancellationToken">Cancels the query. SQLite's driver looks at it only before the statement runs.</param>
    /// <returns>The rows found by key; keys without a row are absent. Keys that the database holds for equal get the same row.</returns>
    /// <exception cref="InvalidOperationException">Two rows have one key: call <c>LoadManyByKeysAsync</c>.</exception>
    public static Task<IReadOnlyDictionary<TKey, TValue>> LoadByKeysAsync<TKey, TValue>(
        this DbConnection connection,
        ISqlDialect dialect,
        string sql,
        KeyColumns<TKey> keyColumns,
        IReadOnlyCollection<TKey> keys,
        object? parameters = null,
        DbTransaction? transaction = null,
        CancellationToken cancellationToken = default
    )
        where TKey : notnull
    {
        var load = new KeyLoad<TKey, TValue>(
            connection,
            dialect,
            sql,
            keys,
            parameters,
            transaction,
            cancellationToken
        );
        return load.ForEachAsync<IReadOnlyDictionary<TKey, TValue>>(
            keyColumns,
            top: null,
            One<TKey, TValue>(keys),
            AddOne
        );
    }

    /// <summary>Loads all rows of each key in one round trip; no keys cost none.</summary>
    /// <returns>A list for every key asked for, empty where it has no rows; rows in the statement's order.</returns>
    /// <inheritdoc cref="LoadByAsync{TKey, TValue}"/>
    public static Task<IReadOnlyDictionary<TKey, IReadOnlyList<TValue>>> LoadManyByAsync<TKey, TValue>(
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
        var load = new KeyLoad<TKey, TValue>(
            connection,
            dialect,
            sql,
            keys,
            parameters,
            transaction,
            cancellationToken
        );
        return load.ByColumnAsync<IReadOnlyDictionary<TKey, IReadOnlyList<TValue>>>(
            keyColumnSql,
            keyOf,
            Many<TKey, TValue>(keys),
            AddToMany
        );
    }

    /// <summary>Loads the rows of each key, or the first of them, in one round trip, as the database compares keys; no keys cost none.</summary>
    /// <param name="connection">The driver's connection; Dapper opens and closes it when it is closed.</param>
    /// <param name="dialect">The engine. On SQLite, which is in the process, it is a statement a key.</param>
    /// <param name="sql">The whole statement with <c>{keys}</c> where the condition belongs.</param>
    /// <param name="keyColumns">The columns that the keys are of.</param>
    /// <param name="keys">The keys; repeated ones are sent once.</param>
    /// <param name="top">
    /// The most rows of a key, the first in the order that the statement ends with; null for all. With an index of the key and then
    /// that order no other row is read.
    /// </param>
    /// <param name="parameters">Your own parameters, or null. The names <c>keys0</c>, <c>keys1</c>... and <c>top</c> are taken.</param>
    /// <param name="transaction">The transaction to read in, or null.</param>
    /// <param name="cancellationToken">Cancels the query. SQLite's driver looks at it only before the statement runs.</param>
    /// <returns>A list for every key asked for, empty where it has no rows; rows in the statement's order.</returns>
    public static Task<IReadOnlyDictionary<TKey, IReadOnlyList<TValue>>> LoadManyByKeysAsync<TKey, TValue>(
        this DbConnection connection,
        ISqlDialect dialect,
        string sql,
        KeyColumns<TKey> keyColumns,
        IReadOnlyCollection<TKey> keys,
        int? top = null,
        object? parameters = null,
        DbTransaction? transaction = null,
        CancellationToken cancellationToken = default
    )
        where TKey : notnull
    {
        if (top is { } most)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most, nameof(top));
        }

        var load = new KeyLoad<TKey, TValue>(
            connection,
            dialect,
            sql,
            keys,
            parameters,
            transaction,
            cancellationToken
        );
        return load.ForEachAsync<IReadOnlyDictionary<TKey, IReadOnlyList<TValue>>>(
            keyColumns,
            top,
            Many<TKey, TValue>(keys),
            AddToMany
        );
    }

    private static Dictionary<TKey, TValue> One<TKey, TValue>(IReadOnlyCollection<TKey> keys)
        where TKey : notnull => new Dictionary<TKey, TValue>(keys.Count);

    private static void AddOne<TKey, TValue>(IReadOnlyDictionary<TKey, TValue> found, TKey key, TValue row)
        where TKey : notnull
    {
        if (!((Dictionary<TKey, TValue>)found).TryAdd(key, row))
        {
            throw new InvalidOperationException(
                $"Two rows have the key '{key}': call LoadManyByAsync or LoadManyByKeysAsync where a key has several."
            );
        }
    }

    private static Dictionary<TKey, IReadOnlyList<TValue>> Many<TKey, TValue>(IReadOnlyCollection<TKey> keys)
        where TKey : notnull
    {
        var found = new Dictionary<TKey, IReadOnlyList<TValue>>(keys.Count);
        foreach (var key in keys)
        {
            found.TryAdd(key, []);
        }

        return found;
    }

    private static void AddToMany<TKey, TValue>(
        IReadOnlyDictionary<TKey, IReadOnlyList<TValue>> found,
        TKey key,
        TValue row
    )
        where TKey : notnull
    {
        var lists = (Dictionary<TKey, IReadOnlyList<TValue>>)found;
        if (!lists.TryGetValue(key, out var list) || list is not List<TValue> rows)
        {
            lists[key] = rows = [];
        }

        rows.Add(row);
    }
}
