using System.Data.Common;
using Dapper;

namespace PerfKit.Query.Tests.Recorder.Shapes;

/// <summary>Loops that anybody sees: the query stands in them.</summary>
internal static class LoopShapes
{
    private const string ById = "select name from items where id = @id";
    private const string Touch = "update items set folder = 1 where id = @id";
    private const string CountIn = "select count(*) from items where folder = @id";
    private const string Page = "select id from items order by id limit 5 offset @skip";

    public static IReadOnlyList<RecorderShape> All { get; } =
    [
        new("Dapper, awaited in a loop", true, DapperAsync),
        new("Dapper, synchronous", true, DapperSync),
        new("Dapper's ExecuteAsync with a list", true, DapperListAsync),
        new("reader, awaited", true, ReaderAsync),
        new("reader, synchronous", true, ReaderSync),
        new("one prepared command", true, PreparedAsync),
        new("a query for each row of an open reader", true, InReaderAsync),
        new("a transaction for each", true, TransactionsAsync),
        new("two statements in one loop", true, TwoAsync),
        new("pages by offset", true, OffsetAsync),
    ];

    private static async Task DapperAsync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        foreach (var id in Enumerable.Range(1, seed.Count))
        {
            await connection.QuerySingleAsync<string>(seed.Here(ById), new { id });
        }
    }

    private static async Task DapperSync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        for (var id = 1; id <= seed.Count; id++)
        {
            _ = connection.QuerySingle<string>(seed.Here(ById), new { id });
        }
    }

    private static async Task DapperListAsync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        var rows = Enumerable.Range(1, seed.Count).Select(static id => new { id, name = $"new {id}" });
        await connection.ExecuteAsync(seed.Here("update items set name = @name where id = @id"), rows);
    }

    private static async Task ReaderAsync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        for (var id = 1; id <= seed.Count; id++)
        {
            await using var command = Command(connection, ById, id);
            await using var reader = await seed.Here(command).ExecuteReaderAsync();
            Seed.Must(await reader.ReadAsync());
        }
    }

    private static async Task ReaderSync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        for (var id = 1; id <= seed.Count; id++)
        {
            using var command = Command(connection, ById, id);
            using var reader = seed.Here(command).ExecuteReader();
            while (reader.Read()) { }
        }
    }

    private static async Task PreparedAsync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        await using var command = Command(connection, ById, 0);
        await command.PrepareAsync();
        for (var id = 1; id <= seed.Count; id++)
        {
            command.Parameters[0].Value = id;
            _ = await seed.Here(command).ExecuteScalarAsync();
        }
    }

    private static async Task InReaderAsync(RecorderWorld world, Seed seed)
    {
        await using var outer = await world.OpenAsync();
        await using var inner = await world.OpenAsync();
        await using var command = Command(outer, "select id from items where id <= @id", seed.Count);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            await inner.QueryAsync<string>(seed.Here(ById), new { id = reader.GetInt32(0) });
        }
    }

    private static async Task TransactionsAsync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        for (var id = 1; id <= seed.Count; id++)
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync(seed.Here(Touch), new { id }, transaction);
            await transaction.CommitAsync();
        }
    }

    private static async Task TwoAsync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        for (var id = 1; id <= seed.Count; id++)
        {
            await connection.ExecuteScalarAsync<string>(seed.Here(ById), new { id });
            await connection.ExecuteScalarAsync<long>(seed.Here(CountIn), new { id });
        }
    }

    private static async Task OffsetAsync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        for (var skip = 0; skip < seed.Count; skip++)
        {
            await connection.QueryAsync<int>(seed.Here(Page), new { skip });
        }
    }

    private static DbCommand Command(DbConnection connection, string sql, int id)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        var parameter = command.CreateParameter();
        parameter.ParameterName = "id";
        parameter.Value = id;
        command.Parameters.Add(parameter);
        return command;
    }
}
