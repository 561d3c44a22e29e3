using System.Data.Common;

namespace PerfKit.Query.Internal;

/// <summary>Runs a statement on a connection of the caller's.</summary>
internal static class SqlCommands
{
    public static KeyValuePair<string, object> Parameter(string name, object? value) =>
        new(name, value ?? DBNull.Value);

    public static KeyValuePair<string, object>[] WithScope(
        object? scope,
        params ReadOnlySpan<KeyValuePair<string, object>> parameters
    ) => scope is null ? [.. parameters] : [.. parameters, Parameter("scope", scope)];

    public static async Task<IReadOnlyList<T>> QueryAsync<T>(
        this DbConnection connection,
        DbTransaction? transaction,
        string sql,
        IEnumerable<KeyValuePair<string, object>> parameters,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        var command = connection.Create(transaction, sql, parameters);
        await using var ended = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var closed = reader.ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public static async Task<int> ExecuteAsync(
        this DbConnection connection,
        DbTransaction? transaction,
        string sql,
        IEnumerable<KeyValuePair<string, object>> parameters,
        CancellationToken cancellationToken
    )
    {
        var command = connection.Create(transaction, sql, parameters);
        await using var ended = command.ConfigureAwait(false);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    public static async Task<T> ScalarAsync<T>(
        this DbConnection connection,
        DbTransaction? transaction,
        string sql,
        IEnumerable<KeyValuePair<string, object>> parameters,
        CancellationToken cancellationToken
    )
    {
        var command = connection.Create(transaction, sql, parameters);
        await using var ended = command.ConfigureAwait(false);
        return (T)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private static DbCommand Create(
        this DbConnection connection,
        DbTransaction? transaction,
        string sql,
        IEnumerable<KeyValuePair<string, object>> parameters
    )
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
