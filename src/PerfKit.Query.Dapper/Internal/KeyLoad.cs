using System.Data.Common;
using Dapper;

namespace PerfKit.Query.Internal;

/// <summary>One load of the rows of many keys: as a list where .NET and the database agree what equals a key, else key by key.</summary>
/// <remarks>A struct, so that it costs a load no object; see <c>LoadBytesTests</c>.</remarks>
internal readonly struct KeyLoad<TKey, TValue>
    where TKey : notnull
{
    private static readonly bool ComparesAlike =
        typeof(TKey) == typeof(int) || typeof(TKey) == typeof(long) || typeof(TKey) == typeof(Guid);

    private readonly DbConnection _connection;
    private readonly ISqlDialect _dialect;
    private readonly string _sql;
    private readonly TKey[] _keys;
    private readonly object? _parameters;
    private readonly DbTransaction? _transaction;
    private readonly CancellationToken _cancellation;

    public KeyLoad(
        DbConnection connection,
        ISqlDialect dialect,
        string sql,
        IReadOnlyCollection<TKey> keys,
        object? parameters,
        DbTransaction? transaction,
        CancellationToken cancellation
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(dialect);
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        ArgumentNullException.ThrowIfNull(keys);
        (_connection, _dialect, _sql, _keys) = (connection, dialect, sql, Distinct(keys));
        (_parameters, _transaction, _cancellation) = (parameters, transaction, cancellation);
    }

    /// <remarks>Not asynchronous itself, so that what waits for the rows keeps nothing but what it puts them into.</remarks>
    public Task<TResult> ByColumnAsync<TResult>(
        string keyColumnSql,
        Func<TValue, TKey> keyOf,
        TResult result,
        Action<TResult, TKey, TValue> add
    )
    {
        ArgumentNullException.ThrowIfNull(keyOf);
        if (!ComparesAlike)
        {
            var columns = new KeyColumns<TKey>().Add(keyColumnSql, static key => key);
            return ForEachAsync(columns, top: null, result, add);
        }

        var sql = ListStatements.Of(_dialect, _sql, keyColumnSql);
        if (_keys.Length == 0)
        {
            return Task.FromResult(result);
        }

        var keys = _dialect.ListParameter(_keys);
        var command = new CommandDefinition(
            sql,
            _parameters is null ? new KeysParameter(keys) : All([("keys", keys)]),
            _transaction,
            cancellationToken: _cancellation
        );
        return CollectAsync(_connection.QueryAsync<TValue>(command), keyOf, result, add);
    }

    public async Task<TResult> ForEachAsync<TResult>(
        KeyColumns<TKey> columns,
        int? top,
        TResult result,
        Action<TResult, TKey, TValue> add
    )
    {
        ArgumentNullException.ThrowIfNull(columns);
        var limit = top is null ? "" : "\nlimit @top";
        var lateral = _dialect.ForEachKey(
            KeyCondition.Fill(_sql, columns.Condition("perfkit_keys.part")) + limit,
            columns.Types
        );
        if (_keys.Length == 0)
        {
            return result;
        }

        if (lateral is null)
        {
            var sql = KeyCondition.Fill(_sql, columns.Condition("@keys")) + limit;
            for (var i = 0; i < _keys.Length; i++)
            {
                var key = _keys[i];
                using var counted = i == 0 ? null : QueryRecorder.Expected("One load, a statement a key.");
                var command = Command(sql, Numbered(columns.PartsOf(key), top));
                foreach (var row in await _connection.QueryAsync<TValue>(command).ConfigureAwait(false))
                {
                    add(result, key, row);
                }
            }

            return result;
        }

        var all = Command(lateral, Numbered(columns.PartsOf(_keys), top));
        var reader = await _connection.ExecuteReaderAsync(all).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            var parse = reader.GetRowParser<TValue>(startIndex: 1);
            while (await reader.ReadAsync(_cancellation).ConfigureAwait(false))
            {
                add(result, _keys[reader.GetInt64(0) - 1], parse(reader));
            }
        }

        return result;
    }

    private static async Task<TResult> CollectAsync<TResult>(
        Task<IEnumerable<TValue>> rows,
        Func<TValue, TKey> keyOf,
        TResult result,
        Action<TResult, TKey, TValue> add
    )
    {
        foreach (var row in await rows.ConfigureAwait(false))
        {
            add(result, keyOf(row), row);
        }

        return result;
    }

    /// <summary>Each key once; in order where .NET knows the database's, so that neighbours are read together.</summary>
    private static TKey[] Distinct(IReadOnlyCollection<TKey> keys)
    {
        if (!ComparesAlike)
        {
            return [.. keys.Distinct()];
        }

        var sorted = keys.ToArray();
        Array.Sort(sorted);
        var count = Math.Min(1, sorted.Length);
        for (var i = 1; i < sorted.Length; i++)
        {
            if (!EqualityComparer<TKey>.Default.Equals(sorted[i], sorted[i - 1]))
            {
                sorted[count++] = sorted[i];
            }
        }

        return count == sorted.Length ? sorted : sorted[..count];
    }

    private static IEnumerable<(string, object?)> Numbered(IEnumerable<object?> parts, int? top)
    {
        var numbered = parts.Select(static (part, i) => ($"keys{i}", part));
        return top is null ? numbered : numbered.Append(("top", top));
    }

    private CommandDefinition Command(string sql, IEnumerable<(string Name, object? Value)> own) =>
        new(sql, All(own), _transaction, cancellationToken: _cancellation);

    private DynamicParameters All(IEnumerable<(string Name, object? Value)> own)
    {
        var all = new DynamicParameters(_parameters);
        foreach (var (name, value) in own)
        {
            all.Add(name, value);
        }

        return all;
    }
}
