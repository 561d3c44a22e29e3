using FileService.Data;
using PerfKit.Query;

namespace FileService.Files.Caching;

/// <summary>What cached answers weigh in memory, in bytes: their text, and about so much for their objects.</summary>
internal static class CachedSizes
{
    private const int ObjectBytes = 200;

    public static long Of(WorkspaceRow row) => ObjectBytes + TextBytes(row.TenantId, row.Name);

    public static long Of(FileRow row) =>
        ObjectBytes + TextBytes(row.TenantId, row.Path, row.Name, row.ContentType, row.ContentHash);

    public static long Of(FileStorageRow[] rows) =>
        ObjectBytes + rows.Sum(static row => ObjectBytes + TextBytes(row.Role, row.ContentHash, row.Locator));

    public static long Of(KeysetPage<FileView> page) =>
        ObjectBytes
        + TextBytes(page.Next, page.Previous)
        + page.Items.Sum(static view =>
            ObjectBytes
            + TextBytes(view.Path, view.Name, view.ContentType, view.ContentHash)
            + (ObjectBytes * (view.Storages?.Count ?? 0))
        );

    public static long Of(SearchPage page) =>
        ObjectBytes
        + TextBytes(page.Next)
        + page.Items.Sum(static item => ObjectBytes + TextBytes(item.Path, item.Snippet));

    private static long TextBytes(params ReadOnlySpan<string?> texts)
    {
        var chars = 0L;
        foreach (var text in texts)
        {
            chars += text?.Length ?? 0;
        }

        return sizeof(char) * chars;
    }
}
