using System.Data.Common;
using FileService.Data;
using FileService.Files.Caching;
using FileService.Files.Search;
using PerfKit.Query;
using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>
/// Puts files in place. A content is received under a temporary name first. Then, in one transaction: its row is referred to
/// (and so locked against the collector), its blob is made visible, and the file's row is written. A crash at any point
/// leaves at most a blob without a row, which the collector removes; never a row without a blob.
/// </summary>
internal sealed class FileWriter(
    Database database,
    InvalidatingWrites writes,
    ISqlDialect dialect,
    ContentStores stores,
    KeptContents kept,
    ISearchIndex<Guid> search,
    TimeProvider clock
)
{
    /// <summary>Receives one content: streams it to a temporary name and reads its text.</summary>
    public async ValueTask<PendingFile> ReceiveAsync(
        WorkspaceRow workspace,
        string path,
        string contentType,
        long? length,
        Func<ContentWriter, CancellationToken, ValueTask<ContentInfo>> receive,
        CancellationToken ct
    )
    {
        var writer = await stores.PrimaryFor(workspace.TenantId).CreateWriterAsync(length, ct);
        try
        {
            var info = await receive(writer, ct);
            return new PendingFile(path, contentType, writer, info) { Text = await ReadTextAsync(writer, ct) };
        }
        catch
        {
            await writer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Commits a batch: all of it or nothing. Results stand in the batch's order.</summary>
    public async Task<IReadOnlyList<WriteResult>> CommitAsync(
        WorkspaceRow workspace,
        IReadOnlyList<PendingFile> batch,
        CancellationToken ct
    )
    {
        var (results, replaced) = await writes.RunAsync(
            async scope =>
            {
                var written = await WriteBatchAsync(scope, workspace, batch, ct);
                return (written, Invalidation.OfWritten(workspace.Id, written.Results));
            },
            ct
        );
        await kept.ForgetAsync(replaced);
        return results;
    }

    /// <summary>Removes a file; false when there is none. Its content goes with the next collection.</summary>
    public async Task<bool> DeleteAsync(FileRow file, CancellationToken ct)
    {
        var deleted = await writes.RunAsync<FileRow?>(
            async scope =>
            {
                var row = await scope.DeleteFileAsync(file.TenantId, file.Id);
                if (row is null)
                {
                    return (null, null);
                }

                await search.RemoveAsync(scope.Connection, row.Id, scope.Transaction, ct);
                return (row, Invalidation.OfRemoved(row));
            },
            ct
        );
        if (deleted is null)
        {
            return false;
        }

        await kept.ForgetAsync([deleted]);
        return true;
    }

    private async Task<(WriteResult[] Results, List<FileRow> Replaced)> WriteBatchAsync(
        WriteScope scope,
        WorkspaceRow workspace,
        IReadOnlyList<PendingFile> batch,
        CancellationToken ct
    )
    {
        var now = clock.NowMicros();
        var replaced = await scope.CurrentContentsAsync(dialect, workspace.Id, [.. batch.Select(static f => f.Path)]);

        // Locks are taken in one order by everybody: contents by hash, then files by path.
        foreach (var file in batch.DistinctBy(static f => f.Hash).OrderBy(static f => f.Hash, StringComparer.Ordinal))
        {
            await scope.ReferContentAsync(workspace.TenantId, file.Hash, file.Content.Length, now);
            if (file.Text is not null)
            {
                await scope.PutTextAsync(workspace.TenantId, file.Hash, file.Text);
            }
        }

        foreach (var file in batch)
        {
            await file.Writer.CommitAsync(ct);
        }

        var results = new WriteResult[batch.Count];
        foreach (var index in Enumerable.Range(0, batch.Count).OrderBy(i => batch[i].Path, StringComparer.Ordinal))
        {
            results[index] = await WriteRowAsync(scope, workspace, batch[index], now, ct);
        }

        var written = batch.Select(static f => f.Hash).ToHashSet(StringComparer.Ordinal);
        return (results, replaced.FindAll(old => !written.Contains(old.ContentHash)));
    }

    private async Task<WriteResult> WriteRowAsync(
        WriteScope scope,
        WorkspaceRow workspace,
        PendingFile file,
        long now,
        CancellationToken ct
    )
    {
        if (!file.Condition.IsNone)
        {
            var current = await scope.LockFileAsync(database.Engine, workspace.Id, file.Path);
            file.Condition.Check(current, static row => row.ContentHash);
        }

        var id = Guid.CreateVersion7(clock.GetUtcNow());
        var stored =
            await scope.UpsertFileAsync(workspace, file, id, now)
            ?? throw ProblemException.PreconditionFailed($"'{file.Path}' was created meanwhile.", "If-None-Match");
        await scope.PutPrimaryStorageAsync(stored, stores.Primary.Id);
        var document = new SearchDocument<Guid>(stored.Id, stored.WorkspaceId, stored.Path, file.Text);
        await search.PutAsync(scope.Connection, document, scope.Transaction, ct);
        return new WriteResult(stored, stored.Id == id);
    }

    private static async ValueTask<string?> ReadTextAsync(ContentWriter writer, CancellationToken ct)
    {
        await using var reader = writer.OpenFinished();
        await using var stream = reader.AsStream();
        return await TextExtractor.TryExtractAsync(stream, ct);
    }
}
