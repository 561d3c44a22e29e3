using Microsoft.EntityFrameworkCore;

namespace PerfKit.Query.Tests.Recorder.Shapes;

/// <summary>Loops over EF Core.</summary>
internal static class EfLoopShapes
{
    public static IReadOnlyList<RecorderShape> All { get; } =
    [
        new("EF Core, awaited in a loop", true, FirstAsync),
        new("EF Core, synchronous", true, ToListSync),
        new("EF Core, Find", true, FindAsync),
        new("EF Core, a context for each", true, ContextEachAsync),
        new("EF Core, SQL text", true, SqlAsync),
        new("EF Core, saved one by one", true, SaveAsync),
        new("EF Core, awaited enumeration", true, EnumerationAsync),
    ];

    private static async Task FirstAsync(RecorderWorld world, Seed seed)
    {
        await using var context = world.Context();
        for (var id = 1; id <= seed.Count; id++)
        {
            _ = await seed.Here(context.Items).AsNoTracking().FirstAsync(item => item.Id == id);
        }
    }

    private static async Task ToListSync(RecorderWorld world, Seed seed)
    {
        await using var context = world.Context();
        for (var id = 1; id <= seed.Count; id++)
        {
            _ = seed.Here(context.Items).Where(item => item.Folder == id).ToList();
        }
    }

    private static async Task FindAsync(RecorderWorld world, Seed seed)
    {
        await using var context = world.Context();
        for (var id = 1; id <= seed.Count; id++)
        {
            Seed.Must(await seed.Here(context.Items).FindAsync(id) is not null);
        }
    }

    private static async Task ContextEachAsync(RecorderWorld world, Seed seed)
    {
        for (var id = 1; id <= seed.Count; id++)
        {
            await using var context = world.Context();
            await seed.Here(context.Items).CountAsync(item => item.Folder == id);
        }
    }

    private static async Task SqlAsync(RecorderWorld world, Seed seed)
    {
        await using var context = world.Context();
        for (var id = 1; id <= seed.Count; id++)
        {
            await seed.Here(context.Database).ExecuteSqlAsync($"update items set folder = 2 where id = {id}");
        }
    }

    private static async Task SaveAsync(RecorderWorld world, Seed seed)
    {
        await using var context = world.Context();
        var items = await context.Items.Take(seed.Count).ToListAsync();
        foreach (var item in items)
        {
            item.Name += "'";
            await seed.Here(context).SaveChangesAsync();
        }
    }

    private static async Task EnumerationAsync(RecorderWorld world, Seed seed)
    {
        await using var context = world.Context();
        for (var id = 1; id <= seed.Count; id++)
        {
            var items = context.Items.Where(item => item.Folder == id).AsAsyncEnumerable();
            await foreach (var item in seed.Here(items))
            {
                Seed.Must(item.Folder == id);
            }
        }
    }
}
