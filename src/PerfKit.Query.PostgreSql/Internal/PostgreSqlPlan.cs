using System.Data.Common;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PerfKit.Query.Internal;

/// <summary>
/// Reads PostgreSQL's plan in a transaction that forbids every way around an index and is rolled back, so that an empty table,
/// for which a sequential scan is cheapest, answers as a large one.
/// </summary>
internal static class PostgreSqlPlan
{
    private const string Settings = """
        set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off;
        set local enable_incremental_sort = off; set local max_parallel_workers_per_gather = 0
        """;

    /// <summary>The key columns of a B-tree, none for an index without order, no row for no index.</summary>
    private const string KeyColumns = """
        select array(
            select pg_get_indexdef(c.oid, n, true) from generate_series(1, i.indnkeyatts) n where a.amname = 'btree' order by n)
        from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
        where c.relname = @index and pg_table_is_visible(c.oid)
        """;

    private const string Savepoint = "perfkit_explain";

    public static async ValueTask<IndexUse> ReadAsync(
        DbCommand command,
        string index,
        CancellationToken cancellationToken
    )
    {
        var connection = command.Connection ?? throw new ArgumentException("The command has no connection.");
        var columns = await ColumnsAsync(connection, command.Transaction, index, cancellationToken)
            .ConfigureAwait(false);
        var transaction =
            command.Transaction ?? await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var (own, sql) = (command.Transaction is null, command.CommandText);
        if (!own)
        {
            await transaction.SaveAsync(Savepoint, cancellationToken).ConfigureAwait(false);
        }

        command.Transaction = transaction;
        try
        {
            await ExecuteAsync(connection, transaction, Settings, cancellationToken).ConfigureAwait(false);
            command.CommandText = $"explain (format json) {sql}";
            var json = (string)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            using var document = JsonDocument.Parse(json);
            return Use(document.RootElement[0].GetProperty("Plan"), sorts: false, index)?.ToUse(json, columns)
                ?? new IndexUse(json, columns, Conditions: null, Filter: null, Sorts: false);
        }
        finally
        {
            command.CommandText = sql;
            command.Transaction = own ? null : transaction;
            if (own)
            {
                await transaction.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                await transaction.RollbackAsync(Savepoint, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The first node that reads the index, and whether a sort stands above it.</summary>
    private static Scan? Use(JsonElement node, bool sorts, string index)
    {
        if (Text(node, "Index Name") == index)
        {
            return new Scan(node, sorts);
        }

        sorts |= Text(node, "Node Type") is "Sort" or "Incremental Sort";
        return node.TryGetProperty("Plans", out var children)
            ? children
                .EnumerateArray()
                .Select(child => Use(child, sorts, index))
                .FirstOrDefault(scan => scan is not null)
            : null;
    }

    private static string? Text(JsonElement node, string name) =>
        node.TryGetProperty(name, out var text) ? text.GetString() : null;

    private static async Task<IReadOnlyList<string>?> ColumnsAsync(
        DbConnection connection,
        DbTransaction? transaction,
        string index,
        CancellationToken cancellationToken
    )
    {
        var command = connection.CreateCommand();
        await using var ended = command.ConfigureAwait(false);
        command.CommandText = KeyColumns;
        command.Transaction = transaction;
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("index", index);
        command.Parameters.Add(parameter);
        var columns = (string[]?)await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
        return columns is null ? null : Array.ConvertAll(columns, PlanConditions.Unwrap);
    }

    private static async Task ExecuteAsync(
        DbConnection connection,
        DbTransaction transaction,
        string sql,
        CancellationToken cancellationToken
    )
    {
        var command = connection.CreateCommand();
        await using var ended = command.ConfigureAwait(false);
        command.CommandText = sql;
        command.Transaction = transaction;
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private sealed record Scan(JsonElement Node, bool Sorts)
    {
        public IndexUse ToUse(string plan, IReadOnlyList<string>? columns) =>
            new(
                plan,
                columns,
                Own("Index Cond") is { } condition ? PlanConditions.Split(condition) : [],
                Own("Filter"),
                Sorts
            );

        /// <summary>The text, with the table's own alias taken off its columns.</summary>
        private string? Own(string name) =>
            Text(Node, name) is { } text
                ? Regex.Replace(text, $"""\b{Regex.Escape(Text(Node, "Alias") ?? "")}\.""", "")
                : null;
    }
}
