using System.Data.Common;
using Dapper;

namespace PerfKit.Query.Internal;

/// <summary>One load of the rows of many keys: as a list where .NET and the database agree what equals a key, else key by key.</summary>
internal sealed class KeyLoad<TKey, TValue>
    where TKey : notnull
{
    private const string Placeholder = "{keys}";
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
        if (!sql.Contains(Placeholder, StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"The statement has no {Placeholder} where the condition belongs.",
                nameof(sql)
            );
        }

        (_connection, _dialect, _sql, _keys) = (connection, dialect, sql, [.. keys.Distinct()]);
        (_parameters, _transaction, _cancellation) = (parameters, transaction, cancellation);
    }

    public async Task<List<(TKey Key, TValue Row)>> ByColumnAsync(string keyColumnSql, Func<TValue, TKey> keyOf)
    {
        ArgumentNullException.ThrowIfNull(keyOf);
        if (!ComparesAlike)
        {
            return await ForEachAsync(new KeyColumns<TKey>().Add(keyColumnSql, static key => key), top: null)
                .ConfigureAwait(false);
        }

        if (_keys.Length == 0)
        {
            return [];
        }

        var command = Command(Statement(_dialect.In(keyColumnSql, "keys")), [("keys", _dialect.ListParameter(_keys))]);
        var rows = await _connection.QueryAsync<TValue>(command).ConfigureAwait(false);
        return [.. rows.Select(row => (keyOf(row), row))];
    }

    public async Task<List<(TKey Key, TValue Row)>> ForEachAsync(KeyColumns<TKey> columns, int? top)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var limit = top is null ? "" : "\nlimit @top";
        var lateral = _dialect.ForEachKey(Statement(columns.Condition("perfkit_keys.part")) + limit, columns.Types);
        var rows = new List<(TKey, TValue)>(_keys.Length);
        if (_keys.Length == 0)
        {
            return rows;
        }

        if (lateral is null)
        {
            var sql = Statement(columns.Condition("@keys")) + limit;
            for (var i = 0; i < _keys.Length; i++)
            {
                var key = _keys[i];
                using var counted = i == 0 ? null : QueryRecorder.Expected("One load, a statement a key.");
                var command = Command(sql, Numbered(columns.PartsOf(key), top));
                rows.AddRange(
                    (await _connection.QueryAsync<TValue>(command).ConfigureAwait(false)).Select(row => (key, row))
                );
            }

            return rows;
        }

        var all = Command(lateral, Numbered(columns.PartsOf(_keys), top));
        var reader = await _connection.ExecuteReaderAsync(all).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            var parse = reader.GetRowParser<TValue>(startIndex: 1);
            while (await reader.ReadAsync(_cancellation).ConfigureAwait(false))
            {
                rows.Add((_keys[reader.GetInt64(0) - 1], parse(reader)));
            }
        }

        return rows;
    }

    private static IEnumerable<(string, object?)> Numbered(IEnumerable<object?> parts, int? top)
    {
        var numbered = parts.Select(static (part, i) => ($"keys{i}", part));
        return top is null ? numbered : numbered.Append(("top", top));
    }

    private string Statement(string condition) =>
        _sql.Replace(Placeholder, condition, StringComparison.Ordinal).TrimEnd().TrimEnd(';');

    private CommandDefinition Command(string sql, IEnumerable<(string Name, object? Value)> own)
    {
        var all = new DynamicParameters(_parameters);
        foreach (var (name, value) in own)
        {
            all.Add(name, value);
        }

        return new CommandDefinition(sql, all, _transaction, cancellationToken: _cancellation);
    }
}
