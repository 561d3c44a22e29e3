using FileService.Data;
using FileService.Files;
using FileService.Files.Caching;
using PerfKit.Streaming;

namespace FileService.Before;

/// <summary>
/// Syncing before: every file, one after the other, is read whole, written whole and asked for again to see that it arrived,
/// whether the storage had it already or not.
/// </summary>
internal sealed class NaiveStorageSync(
    Database database,
    InvalidatingWrites writes,
    ContentStores stores,
    TimeProvider clock
) : IStorageSync
{
    private const int PageSize = 100;

    public async Task SyncAsync(WorkspaceRow workspace, StorageRow storage, JobProgress progress, CancellationToken ct)
    {
        var source = stores.PrimaryFor(workspace.TenantId);
        var target = stores.For(storage.Locator, workspace.TenantId);
        for (var offset = 0; ; offset += PageSize)
        {
            List<FileRow> page;
            await using (var connection = await database.OpenAsync(ct))
            {
                page = await database.ScanFilesAsync(connection, workspace.Id, offset, PageSize);
            }

            if (page.Count == 0)
            {
                return;
            }

            progress.AddTotal(page.Count);
            foreach (var file in page)
            {
                if (await CopyAsync(source, target, file, ct))
                {
                    await writes.MarkSyncedAsync(workspace, storage, [file], clock.NowMicros(), ct);
                }

                progress.AddDone(1);
            }
        }
    }

    private static async ValueTask<bool> CopyAsync(
        IContentStore source,
        IContentStore target,
        FileRow file,
        CancellationToken ct
    )
    {
        var hash = ContentHash.Parse(file.ContentHash);
        await using var reader = await source.OpenReadAsync(hash, ct);
        if (reader is null)
        {
            return false; // Replaced or deleted meanwhile.
        }

        var bytes = await WholeContent.ReadAsync(reader, file.Path, ct);
        await using var writer = await target.CreateWriterAsync(bytes.Length, ct);
        await writer.WriteAsync(bytes, ct);
        await writer.FinishAsync(ct);
        await writer.CommitAsync(ct);
        return await target.GetInfoAsync(hash, ct) is { } arrived && arrived.Length == bytes.Length
            ? true
            : throw new InvalidDataException($"'{file.Path}' did not arrive at the storage.");
    }
}
