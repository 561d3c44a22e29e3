using System.Data.Common;

namespace PerfKit.Query.Tests.Keyset.Shapes;

/// <summary>The test table in a database, read page by page with plain ADO.NET.</summary>
internal sealed class KeysetTable(DbConnection connection, ISqlDialect dialect)
{
    private const int MaxPages = 1000;

    private static readonly KeysetCursors Signed = new(new KeysetCursorOptions { Keys = { new byte[32] } });

    public List<KeysetRow> Rows { get; } = [];

    public static async Task<KeysetTable> CreateAsync(
        DbConnection connection,
        ISqlDialect dialect,
        IEnumerable<KeysetRow> rows
    )
    {
        var table = new KeysetTable(connection, dialect);
        var columns = KeysetRow.Columns.Select(c =>
            $"{c.Name} {(dialect.Name == "sqlite" ? c.Type.Sqlite : c.Type.PostgreSql)}"
            + (c.Name.EndsWith('n') ? " null" : " not null")
        );
        var id = dialect.Name == "sqlite" ? "text" : "uuid";
        await table.ExecuteAsync($"create table t ({string.Join(", ", columns)}, id {id} not null)", []);
        foreach (var row in rows)
        {
            await table.InsertAsync(row);
        }

        return table;
    }

    public async Task InsertAsync(KeysetRow row)
    {
        Rows.Add(row);
        var given = row
            .Values.Where(static v => v.Value is not null)
            .Select(v => KeyValuePair.Create(v.Key, v.Value!))
            .ToList();
        await ExecuteAsync(
            $"insert into t ({string.Join(", ", given.Select(v => v.Key))}) values ({string.Join(", ", given.Select(v => "@" + v.Key))})",
            given
        );
    }

    public async Task DeleteAsync(KeysetRow row)
    {
        Rows.Remove(row);
        await ExecuteAsync("delete from t where id = @id", [KeyValuePair.Create("id", (object)row.Id)]);
    }

    /// <summary>The ids of all pages, joined in the list's order, and how many pages there were.</summary>
    /// <param name="order">The order of the list.</param>
    /// <param name="limit">The page size.</param>
    /// <param name="backward">Whether to go from the last page to the first.</param>
    /// <param name="between">Called after each page.</param>
    public async Task<(List<Guid> Ids, int Pages)> ReadAllAsync(
        KeysetOrder order,
        int limit,
        bool backward = false,
        Func<Task>? between = null
    )
    {
        var ids = new List<Guid>();
        var pages = 0;
        var cursor = backward ? KeysetQuery.Last : null;
        do
        {
            var page = await PageAsync(order, cursor, limit);
            ids.InsertRange(backward ? 0 : ids.Count, page.Items.Select(static row => (Guid)row["id"]!));
            cursor = backward ? page.Previous : page.Next;
            pages++;
            if (between is not null)
            {
                await between();
            }
        } while (cursor is not null && pages < MaxPages);

        return (ids, pages);
    }

    public Task<KeysetPage<Dictionary<string, object?>>> PageAsync(KeysetOrder order, string? cursor, int limit) =>
        KeysetQuery.TryCreate(order, Signed, "t", cursor, limit, out var query, out var error)
            ? query.ReadAsync(dialect, (range, _) => FetchAsync(order, range), static (row, name) => row[name])
            : throw new InvalidOperationException(error);

    private async Task<IReadOnlyList<Dictionary<string, object?>>> FetchAsync(KeysetOrder order, KeysetRange range)
    {
        await using var command = connection.CreateCommand();
        var columns = string.Join(", ", order.Columns.Select(static c => c.Sql));
        command.CommandText = range.Complete($"select {columns} from t where {{range}}");
        Add(command, range.Parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<Dictionary<string, object?>>();
        while (await reader.ReadAsync())
        {
            rows.Add(
                order
                    .Columns.Index()
                    .ToDictionary(
                        static c => c.Item.Name,
                        c => reader.IsDBNull(c.Index) ? null : Read(reader, c.Index, c.Item.Name)
                    )
            );
        }

        return rows;
    }

    private static object Read(DbDataReader reader, int i, string name) =>
        name == "id" ? reader.GetGuid(i) : KeysetRow.Types.Single(type => type.Tag == name[0]).Read(reader, i);

    private async Task ExecuteAsync(string sql, IEnumerable<KeyValuePair<string, object>> parameters)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        Add(command, parameters);
        await command.ExecuteNonQueryAsync();
    }

    private static void Add(DbCommand command, IEnumerable<KeyValuePair<string, object>> parameters)
    {
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }
    }
}
