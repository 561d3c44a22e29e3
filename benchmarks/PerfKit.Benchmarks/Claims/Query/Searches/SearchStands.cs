using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Query.Searches;

/// <summary>The corpus and a sixteenth of it in both engines; a few minutes to make, so the claims share them.</summary>
internal static class SearchStands
{
    private static readonly Lazy<Task<IReadOnlyList<SearchStand>>> MadeLarge = new(() =>
        MakeAsync(SearchCorpus.Chunks)
    );
    private static readonly Lazy<Task<IReadOnlyList<SearchStand>>> MadeSmall = new(() =>
        MakeAsync(SearchCorpus.SmallChunks)
    );
    private static readonly Lazy<TempFolder> Folder = new(MakeFolder);
    private static readonly Lazy<Task<PostgreSqlServer>> Server = new(PostgreSqlServer.StartPrivateAsync);

    public static Task<IReadOnlyList<SearchStand>> LargeAsync() => MadeLarge.Value;

    public static Task<IReadOnlyList<SearchStand>> SmallAsync() => MadeSmall.Value;

    private static async Task<IReadOnlyList<SearchStand>> MakeAsync(int chunks) =>
        [
            await SearchStand.CreatePostgreSqlAsync(await Server.Value, chunks),
            await SearchStand.CreateSqliteAsync(Folder.Value, chunks),
        ];

    private static TempFolder MakeFolder()
    {
        var folder = new TempFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        return folder;
    }
}
