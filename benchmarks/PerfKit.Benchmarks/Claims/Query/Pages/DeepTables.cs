using PerfKit.Query;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Query.Pages;

/// <summary>The two tables and the cursors of the pages measured; about two minutes to make, so the claims share them.</summary>
internal static class DeepTables
{
    public static readonly int[] Depths = [1, 10_000, 100_000];

    private static readonly Lazy<Task<IReadOnlyList<DeepPages>>> Made = new(MakeAsync);

    public static Task<IReadOnlyList<DeepPages>> GetAsync() => Made.Value;

    private static async Task<IReadOnlyList<DeepPages>> MakeAsync()
    {
        var server = await PostgreSqlServer.StartPrivateAsync(); // Ends with this process.
        var folder = new TempFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        return
        [
            await DeepPages.OfAsync(await DeepTable.CreatePostgreSqlAsync(server)),
            await DeepPages.OfAsync(await DeepTable.CreateSqliteAsync(folder)),
        ];
    }
}

/// <summary>A table with the cursors of its pages: by order, then by depth.</summary>
internal sealed record DeepPages(DeepTable Table, IReadOnlyList<(KeysetOrder Order, string?[] Cursors)> Pages)
{
    public static async Task<DeepPages> OfAsync(DeepTable table)
    {
        var pages = new List<(KeysetOrder, string?[])>();
        foreach (var order in DeepTable.Orders)
        {
            var cursors = new List<string?>();
            foreach (var depth in DeepTables.Depths)
            {
                cursors.Add(await table.CursorOfAsync(order, depth));
            }

            pages.Add((order, [.. cursors]));
        }

        return new DeepPages(table, pages);
    }
}
