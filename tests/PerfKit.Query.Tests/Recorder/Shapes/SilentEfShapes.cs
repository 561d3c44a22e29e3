using Microsoft.EntityFrameworkCore;

namespace PerfKit.Query.Tests.Recorder.Shapes;

/// <summary>EF Core as it should be used.</summary>
internal static class SilentEfShapes
{
    public static IReadOnlyList<RecorderShape> All { get; } =
    [
        new("EF Core, one query", false, ContainsAsync),
        new("EF Core, entities found in memory", false, TrackedAsync),
        new("EF Core, many saved at once", false, SaveManyAsync),
        new("EF Core, as often as allowed", false, AllowedAsync),
    ];

    private static async Task ContainsAsync(RecorderWorld world, Seed seed)
    {
        await using var context = world.Context();
        var ids = Enumerable.Range(1, seed.Count).ToList();
        Seed.Must((await context.Items.Where(item => ids.Contains(item.Id)).ToListAsync()).Count == seed.Count);
    }

    private static async Task TrackedAsync(RecorderWorld world, Seed seed)
    {
        await using var context = world.Context();
        await context.Items.Where(item => item.Id <= seed.Count).LoadAsync();
        for (var id = 1; id <= seed.Count; id++)
        {
            Seed.Must(await context.Items.FindAsync(id) is not null);
        }
    }

    private static async Task SaveManyAsync(RecorderWorld world, Seed seed)
    {
        await using var context = world.Context();
        var added = Enumerable.Range(2000, seed.Count).Select(static id => new Item { Id = id, Name = "new" }).ToList();
        context.Items.AddRange(added);
        await context.SaveChangesAsync();
        context.Items.RemoveRange(added);
        await context.SaveChangesAsync();
    }

    private static async Task AllowedAsync(RecorderWorld world, Seed seed)
    {
        await using var context = world.Context();
        for (var i = 1; i <= 3; i++)
        {
            await context.Items.AsNoTracking().SingleAsync(item => item.Id == seed.Count + i);
        }
    }
}
