namespace FileService.LivePage;

internal sealed record RecentFile(Guid Id, string Path, long Size);

internal sealed record JobLine(string Kind, string State, long Done, long Total);

internal sealed record StoreSummary(
    long Workspaces,
    long Files,
    long LogicalBytes,
    long StoredBytes,
    IReadOnlyList<RecentFile> Recent,
    IReadOnlyList<JobLine> Jobs
);

internal interface IStoreSummary
{
    ValueTask<StoreSummary> GetAsync(CancellationToken ct);
}

internal static class LivePageEndpoints
{
    public static void MapLivePage(this WebApplication app)
    {
        app.MapGet("/", () => "x");
    }

    public static void AddLivePage(this IServiceCollection s) { }
}
