using System.Data.Common;
using System.Globalization;
using Dapper;

namespace PerfKit.Query.Tests.Recorder.Shapes;

/// <summary>What is right as it is: batches, few repeats, other scopes, marked walks.</summary>
internal static class SilentShapes
{
    private const string ById = "select name from items where id = @id";
    private const int Allowed = 3;

    public static IReadOnlyList<RecorderShape> All { get; } =
    [
        new("one query for many keys", false, ManyKeysAsync),
        new("loads started together", false, LoadsTogetherAsync),
        new("full batches of a loader", false, FullBatchesAsync),
        new("as often as allowed", false, AllowedAsync),
        new("three attempts", false, AttemptsAsync),
        new("marked walk over pages", false, MarkedWalkAsync),
        new("marked, started together", false, MarkedTogetherAsync),
        new("different statements", false, DifferentAsync),
        new("the same columns of different tables", false, DifferentTablesAsync),
        new("lists of different lengths", false, ListLengthsAsync),
        new("one statement a transaction", false, TransactionsAsync),
        new("several statements in one command", false, SeveralInOneAsync),
        new("rows inserted by one statement", false, OneInsertAsync),
        new("schema", false, SchemaAsync),
        new("triggers and full text", false, TriggersAsync) { Only = "sqlite" },
    ];

    private static async Task ManyKeysAsync(RecorderWorld world, Seed seed)
    {
        var ids = Enumerable.Range(1, seed.Count).ToList();
        Seed.Must((await LoadAsync(world, ids)).Count == seed.Count);
    }

    private static async Task LoadsTogetherAsync(RecorderWorld world, Seed seed)
    {
        var loader = new BatchLoader<int, string>((ids, _) => new(LoadAsync(world, ids)));
        await Task.WhenAll(Enumerable.Range(1, seed.Count).Select(async id => await loader.LoadAsync(id)));
    }

    private static async Task FullBatchesAsync(RecorderWorld world, Seed seed)
    {
        var loader = new BatchLoader<int, string>(
            (ids, _) => new(LoadAsync(world, ids)),
            new BatchLoaderOptions { MaxBatch = 5 }
        );
        var all = await loader.LoadManyAsync([.. Enumerable.Range(1, 20 + seed.Count)]);
        Seed.Must(all.Count == 20 + seed.Count);
    }

    private static async Task AllowedAsync(RecorderWorld world, Seed seed)
    {
        for (var i = 0; i < Allowed; i++)
        {
            await NameAsync(world, seed.Random.Next(1, 100));
        }
    }

    private static async Task AttemptsAsync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        for (var attempt = 1; attempt <= Allowed; attempt++)
        {
            try
            {
                await connection.ExecuteAsync("insert into items (id, folder, name) values (1, 1, 'twice')");
                Seed.Must(false);
            }
            catch (DbException)
            {
                // The id is taken, as it should be: the next attempt.
            }
        }

        await NameAsync(world, seed.Count);
    }

    private static async Task MarkedWalkAsync(RecorderWorld world, Seed seed)
    {
        using var expected = QueryRecorder.Expected("exports every item");
        await using var connection = await world.OpenAsync();
        for (int? after = 0; after is not null; )
        {
            after = await connection.ExecuteScalarAsync<int?>(
                "select min(id) from items where id > @after",
                new { after }
            );
        }
    }

    private static async Task MarkedTogetherAsync(RecorderWorld world, Seed seed)
    {
        using var expected = QueryRecorder.Expected("warms every key");
        await Task.WhenAll(Enumerable.Range(1, seed.Count).Select(id => NameAsync(world, id)));
    }

    private static async Task DifferentAsync(RecorderWorld world, Seed seed)
    {
        string[] statements =
        [
            ById,
            "select folder from items where id = @id",
            "select count(*) from items where id < @id",
            "select max(id) from items where folder = @id",
            "select min(name) from items where folder = @id",
            "update items set folder = folder where id = @id",
        ];
        seed.Random.Shuffle(statements);
        await using var connection = await world.OpenAsync();
        foreach (var statement in statements)
        {
            await connection.ExecuteAsync(statement, new { id = seed.Count });
        }
    }

    private static async Task DifferentTablesAsync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        for (var i = 0; i < seed.Count; i++)
        {
            await connection.QueryAsync<int>($"with t{i} as (select 1 as x) select x from t{i}");
        }
    }

    private static async Task ListLengthsAsync(RecorderWorld world, Seed seed)
    {
        if (world.Engine == "postgresql")
        {
            await ManyKeysAsync(world, seed); // Dapper sends an array there.
            return;
        }

        await using var connection = await world.OpenAsync();
        for (var length = 1; length <= 6; length++)
        {
            await connection.QueryAsync<int>(
                "select id from items where id in @ids",
                new { ids = Enumerable.Range(1, length) }
            );
        }
    }

    private static async Task TransactionsAsync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        foreach (var column in new[] { "id", "folder", "name", "count(*)", "min(id)", "max(id)" })
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync($"select {column} from items", transaction: transaction);
            await transaction.SaveAsync("here");
            await transaction.RollbackAsync();
        }
    }

    private static async Task SeveralInOneAsync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        await using var all = await connection.QueryMultipleAsync(
            "select id from items; select folder from items; select name from items; select count(*) from items",
            new { seed.Count }
        );
        while (!all.IsConsumed)
        {
            await all.ReadAsync();
        }
    }

    private static async Task OneInsertAsync(RecorderWorld world, Seed seed)
    {
        var values = Enumerable
            .Range(1000, seed.Count)
            .Select(static id => string.Create(CultureInfo.InvariantCulture, $"({id}, 1, 'new')"));
        await using var connection = await world.OpenAsync();
        await connection.ExecuteAsync($"insert into items (id, folder, name) values {string.Join(", ", values)}");
        await connection.ExecuteAsync("delete from items where id >= 1000");
    }

    private static async Task SchemaAsync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            await connection.ExecuteAsync($"create table schema_{name} (id integer primary key)");
            await connection.ExecuteAsync($"drop table schema_{name}");
        }
    }

    private static async Task TriggersAsync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        await connection.ExecuteAsync(
            """
            create virtual table words using fts5(text);
            create table texts (id integer primary key, text text);
            create trigger texts_added after insert on texts
            begin insert into words (rowid, text) values (new.id, new.text); end
            """
        );
        await connection.ExecuteAsync(
            """
            -- a comment of the user's
            insert into texts (text) select 'word ' || name || ' ' || hex(randomblob(20)) from items where id <= @count
            """,
            new { count = 50 + seed.Count }
        );
        await connection.QueryAsync(
            "select rowid, rank, snippet(words, 0, '[', ']', '...', 5) from words where words match 'word' order by rank"
        );
        await connection.ExecuteAsync("drop table words");
        await connection.ExecuteAsync("drop table texts");
    }

    private static async Task<string> NameAsync(RecorderWorld world, int id)
    {
        await using var connection = await world.OpenAsync();
        return await connection.QuerySingleAsync<string>(ById, new { id });
    }

    private static async Task<IReadOnlyDictionary<int, string>> LoadAsync(RecorderWorld world, IReadOnlyList<int> ids)
    {
        await using var connection = await world.OpenAsync();
        const string Sql = "select id as Id, name as Name from items where {keys}";
        var rows = await connection.LoadByAsync<int, Item>(world.Dialect, Sql, "id", ids, static item => item.Id);
        return rows.ToDictionary(static row => row.Key, static row => row.Value.Name);
    }
}
