using System.Collections.Concurrent;
using System.IO.Pipelines;
using FileService.Data;
using FileService.Files.Caching;
using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>Brings a storage up to a workspace: afterwards it holds every file's content.</summary>
internal interface IStorageSync
{
    Task SyncAsync(WorkspaceRow workspace, StorageRow storage, JobProgress progress, CancellationToken ct);
}

/// <summary>
/// Compares by content hash in one indexed query, so an unchanged file costs no call to the storage; transfers what is
/// missing side by side, each content once.
/// </summary>
internal sealed class StorageSync(
    Database database,
    InvalidatingWrites writes,
    ContentStores stores,
    SyncPace pace,
    TimeProvider clock
) : IStorageSync
{
    private const int Parallel = 16;
    private const int PageSize = 512;
    private const int ReadAheadBytes = 1 << 20;

    public async Task SyncAsync(WorkspaceRow workspace, StorageRow storage, JobProgress progress, CancellationToken ct)
    {
        var source = stores.PrimaryFor(workspace.TenantId);
        var target = stores.For(storage.Locator, workspace.TenantId);
        Guid? after = null;
        while (true)
        {
            var page = await NextPageAsync(workspace, storage, after, ct);
            if (page.Count == 0)
            {
                return;
            }

            progress.AddTotal(page.Count);
            after = page[^1].Id;
            var copied = new ConcurrentDictionary<string, bool>();
            await System.Threading.Tasks.Parallel.ForEachAsync(
                page.DistinctBy(static f => f.ContentHash),
                new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = ct },
                async (file, token) => copied[file.ContentHash] = await CopyAsync(source, target, file, token)
            );
            var held = page.FindAll(file => copied[file.ContentHash]);
            await writes.MarkSyncedAsync(workspace, storage, held, clock.NowMicros(), ct);
            progress.AddDone(page.Count);
        }
    }

    private async Task<List<FileRow>> NextPageAsync(
        WorkspaceRow workspace,
        StorageRow storage,
        Guid? after,
        CancellationToken ct
    )
    {
        await using var connection = await database.OpenAsync(ct);
        return await connection.FindUnsyncedAsync(workspace.Id, storage.Id, after, PageSize);
    }

    /// <summary>False when the content went meanwhile: then its file changed or is gone, and there is nothing to hold.</summary>
    private async ValueTask<bool> CopyAsync(
        IContentStore source,
        IContentStore target,
        FileRow file,
        CancellationToken ct
    )
    {
        var hash = ContentHash.Parse(file.ContentHash, null);
        await using var reader = await source.OpenReadAsync(hash, ct);
        if (reader is null)
        {
            return false;
        }

        await using var writer = await target.CreateWriterAsync(reader.Length, ct);
        var written = await CopyAsync(reader, writer, ct);
        if (written.Hash != hash)
        {
            throw new ProblemException(
                StatusCodes.Status500InternalServerError,
                "content-damaged",
                $"The content of '{file.Path}' on its storage has hash {written.Hash} instead of {hash}."
            );
        }

        await writer.CommitAsync(ct);
        return true;
    }

    /// <summary>Small contents as they come; of larger ones, and where a pace is set, the next block is read meanwhile.</summary>
    private async ValueTask<ContentInfo> CopyAsync(ContentReader reader, ContentWriter writer, CancellationToken ct)
    {
        var body = PipeReader.Create(reader.AsStream(), new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        if (reader.Length > ReadAheadBytes || pace.Steps is not null)
        {
            body = body.ReadAhead(steps: pace.Steps);
        }

        try
        {
            return await body.CopyToAsync(writer, reader.Length, ct);
        }
        finally
        {
            await body.CompleteAsync();
        }
    }
}
