using System.Threading.Channels;
using FileService.Data;
using PerfKit.Query;
using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>
/// Puts a folder's files into a workspace. Files whose size and time of change are known already are left alone; the others
/// are received side by side and committed in batches, so an interrupted import goes on where it was.
/// </summary>
internal sealed class Importer(Database database, ISqlDialect dialect, FileWriter writer)
{
    private const int BatchFiles = 64;
    private const int BatchChars = 4 << 20;
    private const int Waiting = 16;
    private const int Receivers = 3;

    /// <param name="workspace">Where the files go.</param>
    /// <param name="files">What to import; see <see cref="ImportFolder"/>.</param>
    /// <param name="tally">Counts as it goes.</param>
    /// <param name="ct">Stops between batches; what was committed stays.</param>
    public async Task ImportAsync(
        WorkspaceRow workspace,
        IEnumerable<ImportFile> files,
        ImportTally tally,
        CancellationToken ct
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var changed = Channel.CreateBounded<ImportFile>(BatchFiles);
        var received = Channel.CreateBounded<PendingFile>(Waiting);
        var tasks = new List<Task>
        {
            FindChangedAsync(workspace, files, changed.Writer, tally, stop.Token),
            ReceiveAllAsync(workspace, changed.Reader, received.Writer, tally, stop.Token),
            CommitAllAsync(workspace, received.Reader, tally, stop.Token),
        };
        try
        {
            while (tasks.Count > 0)
            {
                var ended = await Task.WhenAny(tasks);
                tasks.Remove(ended);
                await ended; // The first failure ends the others.
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(tasks).ContinueWith(static _ => { }, TaskScheduler.Default);
            while (received.Reader.TryRead(out var left))
            {
                await left.DisposeAsync();
            }
        }
    }

    private async Task FindChangedAsync(
        WorkspaceRow workspace,
        IEnumerable<ImportFile> files,
        ChannelWriter<ImportFile> changed,
        ImportTally tally,
        CancellationToken ct
    )
    {
        foreach (var chunk in files.Chunk(500))
        {
            Dictionary<string, FileRow> known;
            await using (var connection = await database.OpenAsync(ct))
            {
                known = await connection.FindFilesAsync(dialect, workspace.Id, [.. chunk.Select(f => f.Path)]);
            }

            foreach (var file in chunk)
            {
                if (known.TryGetValue(file.Path, out var row) && row.Size == file.Size && row.SourceMtime == file.Mtime)
                {
                    tally.AddUnchanged(file.Size);
                    continue;
                }

                await changed.WriteAsync(file, ct);
            }
        }

        changed.Complete();
    }

    private async Task ReceiveAllAsync(
        WorkspaceRow workspace,
        ChannelReader<ImportFile> changed,
        ChannelWriter<PendingFile> received,
        ImportTally tally,
        CancellationToken ct
    )
    {
        await Parallel.ForEachAsync(
            changed.ReadAllAsync(ct),
            new ParallelOptions { MaxDegreeOfParallelism = Receivers, CancellationToken = ct },
            async (file, token) =>
            {
                if (await ReceiveAsync(workspace, file, tally, token) is { } pending)
                {
                    await HandOverAsync(pending, received, token);
                }
            }
        );
        received.Complete();
    }

    /// <summary>Passes a received file on; one that nobody will take any more gives its temporary file back.</summary>
    private static async ValueTask HandOverAsync(
        PendingFile pending,
        ChannelWriter<PendingFile> received,
        CancellationToken ct
    )
    {
        try
        {
            await received.WriteAsync(pending, ct);
        }
        catch
        {
            await pending.DisposeAsync();
            throw;
        }
    }

    /// <summary>Null when the source cannot be read or its path cannot be kept: such a file is counted and left out.</summary>
    private async ValueTask<PendingFile?> ReceiveAsync(
        WorkspaceRow workspace,
        ImportFile file,
        ImportTally tally,
        CancellationToken ct
    )
    {
        if (!FilePath.TryNormalize(file.Path, out var path, out var fault))
        {
            tally.AddFailed(file.Path, fault);
            return null;
        }

        if (!file.TryOpenRead(out var source, out fault))
        {
            tally.AddFailed(file.Path, fault);
            return null;
        }

        await using (source)
        {
            var pending = await writer.ReceiveAsync(
                workspace,
                path,
                ContentTypes.ForPath(path),
                file.Size,
                (content, token) => source.CopyContentAsync(content, token),
                ct
            );
            return pending with { SourceMtime = file.Mtime };
        }
    }

    private async Task CommitAllAsync(
        WorkspaceRow workspace,
        ChannelReader<PendingFile> received,
        ImportTally tally,
        CancellationToken ct
    )
    {
        var batch = new List<PendingFile>(BatchFiles);
        while (await received.WaitToReadAsync(ct))
        {
            var chars = 0;
            while (batch.Count < BatchFiles && chars < BatchChars && received.TryRead(out var file))
            {
                batch.Add(file);
                chars += file.Text?.Length ?? 0;
            }

            try
            {
                foreach (var result in await writer.CommitAsync(workspace, batch, ct))
                {
                    tally.AddStored(result.File.Size, result.Created);
                }
            }
            finally
            {
                foreach (var file in batch)
                {
                    await file.DisposeAsync();
                }

                batch.Clear();
            }
        }
    }
}
