using Dapper;

namespace PerfKit.Query.Tests.Recorder.Shapes;

/// <summary>Loops that no single method shows: helpers, parallel tasks, scopes in scopes, recursion.</summary>
internal static class HiddenLoopShapes
{
    private const string ById = "select name from items where id = @id";

    public static IReadOnlyList<RecorderShape> All { get; } =
    [
        new("helper", true, HelperAsync),
        new("helper of a helper", true, HelpersAsync),
        new("helper after a yield", true, YieldAsync),
        new("started together", true, TogetherAsync),
        new("Parallel.ForEachAsync", true, ParallelAsync),
        new("thread pool", true, ThreadPoolAsync),
        new("connection left closed", true, ClosedAsync),
        new("recursion", true, (world, seed) => RecursionAsync(world, seed, seed.Count)),
        new("asynchronous enumeration", true, EnumerationAsync),
        new("loop within an inner scope", true, InnerScopeAsync),
        new("loop behind an inner scope", true, AfterInnerScopeAsync),
        new("a scope for each", true, ScopeEachAsync),
        new("loader awaited in a loop", true, LoaderAsync),
        new("loop beside an expected one", true, BesideExpectedAsync),
        new("values in the text", true, ValuesInTextAsync),
        new("many statements before", true, ManyBeforeAsync),
    ];

    private static async Task HelperAsync(RecorderWorld world, Seed seed)
    {
        for (var id = 1; id <= seed.Count; id++)
        {
            await NameAsync(seed.Here(world), seed, id);
        }
    }

    private static async Task HelpersAsync(RecorderWorld world, Seed seed)
    {
        for (var id = 1; id <= seed.Count; id++)
        {
            await MiddleAsync(seed.Here(world), seed, id);
        }
    }

    private static async Task<int> MiddleAsync(RecorderWorld world, Seed seed, int id)
    {
        var name = await NameAsync(seed.Here(world), seed, id);
        return name.Length;
    }

    private static async Task YieldAsync(RecorderWorld world, Seed seed)
    {
        for (var id = 1; id <= seed.Count; id++)
        {
            await Task.Yield();
            await NameAsync(seed.Here(world), seed, id);
        }
    }

    private static async Task TogetherAsync(RecorderWorld world, Seed seed) =>
        await Task.WhenAll(Enumerable.Range(1, seed.Count).Select(id => NameAsync(world, seed, id)));

    private static async Task ParallelAsync(RecorderWorld world, Seed seed) =>
        await Parallel.ForEachAsync(Enumerable.Range(1, seed.Count), async (id, _) => await NameAsync(world, seed, id));

    private static async Task ThreadPoolAsync(RecorderWorld world, Seed seed)
    {
        for (var id = 1; id <= seed.Count; id++)
        {
            var key = id;
            await Task.Run(() => NameAsync(world, seed, key));
        }
    }

    private static async Task ClosedAsync(RecorderWorld world, Seed seed)
    {
        for (var id = 1; id <= seed.Count; id++)
        {
            await using var connection = world.Source.CreateConnection();
            await connection.QuerySingleAsync<string>(seed.Here(ById), new { id });
        }
    }

    private static async Task RecursionAsync(RecorderWorld world, Seed seed, int depth)
    {
        await using var connection = await world.OpenAsync();
        await connection.QuerySingleAsync<string>(seed.Here(ById), new { id = depth });
        if (depth > 1)
        {
            await RecursionAsync(world, seed, depth - 1);
        }
    }

    private static async Task EnumerationAsync(RecorderWorld world, Seed seed)
    {
        await foreach (var name in NamesAsync(world, seed))
        {
            Seed.Must(name.Length > 0);
        }
    }

    private static async IAsyncEnumerable<string> NamesAsync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        for (var id = 1; id <= seed.Count; id++)
        {
            yield return await connection.QuerySingleAsync<string>(seed.Here(ById), new { id });
        }
    }

    private static async Task InnerScopeAsync(RecorderWorld world, Seed seed)
    {
        using var inner = seed.Recorder.Begin("inner");
        await HelperAsync(world, seed);
    }

    private static async Task AfterInnerScopeAsync(RecorderWorld world, Seed seed)
    {
        using (seed.Recorder.Begin("inner"))
        {
            await using var connection = await world.OpenAsync();
            await connection.QueryAsync<int>("select 1");
        }

        await HelperAsync(world, seed);
    }

    private static async Task ScopeEachAsync(RecorderWorld world, Seed seed)
    {
        for (var id = 1; id <= seed.Count; id++)
        {
            using var inner = seed.Recorder.Begin("inner");
            await NameAsync(seed.Here(world), seed, id);
        }
    }

    private static async Task LoaderAsync(RecorderWorld world, Seed seed)
    {
        var loader = new BatchLoader<int, string>(
            async (ids, ct) =>
            {
                await using var connection = await world.OpenAsync();
                var sql = $"select id as Id, name as Name from items where {world.Dialect.In("id", "keys")}";
                var keys = new DynamicParameters();
                keys.Add("keys", world.Dialect.ListParameter(ids));
                var rows = await connection.QueryAsync<Item>(seed.Here(sql), keys);
                return rows.ToDictionary(static r => r.Id, static r => r.Name);
            }
        );
        for (var id = 1; id <= seed.Count; id++)
        {
            await loader.LoadAsync(id);
        }
    }

    private static async Task BesideExpectedAsync(RecorderWorld world, Seed seed)
    {
        using (QueryRecorder.Expected("a walk over everything"))
        {
            await using var connection = await world.OpenAsync();
            for (var id = 1; id <= seed.Count; id++)
            {
                await connection.QueryAsync<int>("select folder from items where id = @id", new { id });
            }
        }

        await HelperAsync(world, seed);
    }

    private static async Task ValuesInTextAsync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        for (var id = 1; id <= seed.Count; id++)
        {
            await connection.QueryAsync<int>(seed.Here($"select id from items where id = {id} and name <> 'x{id}'"));
        }
    }

    private static async Task ManyBeforeAsync(RecorderWorld world, Seed seed)
    {
        await using var connection = await world.OpenAsync();
        for (var i = 0; i < 100; i++)
        {
            await connection.QueryAsync<int>($"select id as column_{i} from items where id = 1");
        }

        await HelperAsync(world, seed);
    }

    private static async Task<string> NameAsync(RecorderWorld world, Seed seed, int id)
    {
        await using var connection = await world.OpenAsync();
        return await connection.QuerySingleAsync<string>(seed.Here(ById), new { id });
    }
}
