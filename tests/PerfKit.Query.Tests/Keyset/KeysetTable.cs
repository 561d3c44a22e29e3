using System.Data.Common;

namespace PerfKit.Query.Tests.Keyset;

/// <summary>The test table in a database, read page by page with plain ADO.NET.</summary>
internal sealed class KeysetTable(DbConnection connection, KeysetFields fields)
{
    private static readonly KeysetCursors Signed = Cursors.Signed(7);

    public static async Task<KeysetTable> CreateAsync(
        DbConnection connection,
        IReadOnlyDictionary<Type, string> columnTypes,
        IEnumerable<KeysetRow> rows
    )
    {
        var columns = KeysetRow.Columns.ToList();
        await ExecuteAsync(
            connection,
            $"create table t ({string.Join(", ", columns.Select(c => $"{c.Name} {columnTypes[c.Type]} not null"))})",
            []
        );
        var insert = $"insert into t values ({string.Join(", ", columns.Select(c => "@" + c.Name))})";
        foreach (var row in rows)
        {
            await ExecuteAsync(
                connection,
                insert,
                columns.Select(c => KeyValuePair.Create(c.Name, row.Values[c.Name]))
            );
        }

        return new KeysetTable(connection, Fields());
    }

    /// <summary>The ids of all pages of a sort, joined, and how many pages there were.</summary>
    public async Task<(List<Guid> Ids, int Pages)> ReadAllAsync(string sort, int limit)
    {
        if (!fields.TryParse(sort, out var order, out var error))
        {
            throw new ArgumentException(error, nameof(sort));
        }

        var ids = new List<Guid>();
        var pages = 0;
        string? after = null;
        do
        {
            if (!KeysetQuery.TryCreate(order, Signed, "t", after, limit, out var query, out error))
            {
                throw new InvalidOperationException(error);
            }

            var page = query.ToPage(
                await PageAsync(order, query),
                (row, name) => row[order.Columns.ToList().FindIndex(c => c.Name == name)]
            );
            ids.AddRange(page.Items.Select(row => (Guid)row[^1]));
            after = page.Next;
            pages++;
        } while (after is not null && pages < 1000);

        return (ids, pages);
    }

    private static KeysetFields Fields()
    {
        var fields = new KeysetFields();
        for (var i = 0; i < KeysetRow.Copies; i++)
        {
            fields.Add<string>($"s{i}", $"t.s{i}").Add<long>($"l{i}", $"t.l{i}").Add<Guid>($"g{i}", $"t.g{i}");
            fields.Add<DateTimeOffset>($"t{i}", $"t.t{i}").Add<bool>($"b{i}", $"t.b{i}");
            fields.Add<int>($"i{i}", $"t.i{i}").Add<double>($"d{i}", $"t.d{i}");
        }

        return fields.UniqueBy<Guid>("id", "t.id");
    }

    private async Task<List<object[]>> PageAsync(KeysetOrder order, KeysetQuery query)
    {
        await using var command = connection.CreateCommand();
        var columns = string.Join(", ", order.Columns.Select(c => c.Sql));
        command.CommandText = $"select {columns}, t.id from t where {query.Where} order by {query.OrderBy} limit @take";
        Add(command, query.Parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<object[]>();
        while (await reader.ReadAsync())
        {
            rows.Add([.. order.Columns.Select((c, i) => Read(reader, i, c.Type)), reader.GetGuid(order.Columns.Count)]);
        }

        return rows;
    }

    private static object Read(DbDataReader reader, int i, Type type) =>
        type == typeof(string) ? reader.GetString(i)
        : type == typeof(long) ? reader.GetInt64(i)
        : type == typeof(int) ? reader.GetInt32(i)
        : type == typeof(double) ? reader.GetDouble(i)
        : type == typeof(Guid) ? reader.GetGuid(i)
        : type == typeof(DateTimeOffset) ? reader.GetFieldValue<DateTimeOffset>(i)
        : reader.GetBoolean(i);

    private static async Task ExecuteAsync(
        DbConnection connection,
        string sql,
        IEnumerable<KeyValuePair<string, object>> parameters
    )
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
