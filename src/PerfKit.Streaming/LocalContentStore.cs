using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using PerfKit.Streaming.Internal;

namespace PerfKit.Streaming;

/// <summary>
/// Contents as files: <c>root/ab/cdef...</c>, one folder for each first byte of the hash; unfinished ones in <c>root/tmp</c>.
/// A content appears by one rename, whole or not at all, also over a crash; symbolic links below the root are not followed.
/// Several processes may share a root.
/// </summary>
public sealed class LocalContentStore : IContentStore
{
    private readonly TimeProvider _clock;
    private readonly StoreLayout _layout;
    private readonly StreamingMetrics _metrics;

    /// <summary>Opens the store, making its folder when missing.</summary>
    /// <exception cref="ArgumentException">The options name no folder.</exception>
    /// <exception cref="IOException">The folder cannot be made or used.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be made.</exception>
    public LocalContentStore(
        LocalContentStoreOptions options,
        IMeterFactory? meterFactory = null,
        TimeProvider? clock = null
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.FindFault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        _clock = clock ?? TimeProvider.System;
        _layout = new StoreLayout(Path.GetFullPath(options.Root), options.Durable);
        _metrics = new StreamingMetrics(meterFactory, "local");
        _layout.Prepare();
    }

    /// <summary>The full path of the store's folder.</summary>
    public string Root => _layout.Root;

    /// <inheritdoc/>
    /// <remarks>Costs opening the file; its bytes are not read.</remarks>
    public ValueTask<ContentInfo?> GetInfoAsync(ContentHash hash, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var shard = _layout.OpenShard(hash);
        using var file = shard?.OpenFile(StoreLayout.FileName(hash));
        return new(file is null ? null : new ContentInfo(hash, RandomAccess.GetLength(file)));
    }

    /// <inheritdoc/>
    public ValueTask<ContentReader?> OpenReadAsync(ContentHash hash, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var shard = _layout.OpenShard(hash);
        var file = shard?.OpenFile(StoreLayout.FileName(hash));
        return new(
            file is null ? null : new LocalContentReader(file, RandomAccess.GetLength(file), ownsFile: true, _metrics)
        );
    }

    /// <inheritdoc/>
    public ValueTask<ContentWriter> CreateWriterAsync(
        long? length = null,
        CancellationToken cancellationToken = default
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegative(length ?? 0, nameof(length));
        return new(LocalContentWriter.Create(_layout, _metrics, length));
    }

    /// <inheritdoc/>
    /// <remarks>Holds the names of one shard, a 256th of the store, at a time.</remarks>
    public async IAsyncEnumerable<ContentInfo> ListAsync(
        ContentHash? after = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        for (
            var prefix = after is { } start ? StoreLayout.ShardOf(start) : 0;
            prefix < StoreLayout.ShardCount;
            prefix++
        )
        {
            await Task.Yield(); // A long listing gives the thread back between shards.
            using var shard = _layout.OpenShard(prefix);
            if (shard is null)
            {
                continue;
            }

            foreach (var hash in _layout.ListShard(prefix, after))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var file = shard.OpenFile(StoreLayout.FileName(hash));
                if (file is not null)
                {
                    yield return new ContentInfo(hash, RandomAccess.GetLength(file));
                }
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Not synced to the disk: after a power cut the content may be there again, which is what a collector expects.
    /// </remarks>
    public ValueTask<bool> DeleteAsync(ContentHash hash, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var shard = _layout.OpenShard(hash);
        return new(shard is not null && shard.DeleteFile(StoreLayout.FileName(hash)));
    }

    /// <summary>
    /// Deletes temporary files that writers of dead processes left. A file a living writer holds is never touched, however
    /// old: its lock tells.
    /// </summary>
    /// <param name="olderThan">Least time since the last write; guards file systems without locks. Not negative.</param>
    /// <returns>How many files were deleted.</returns>
    public int SweepTemporary(TimeSpan olderThan)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(olderThan, TimeSpan.Zero);
        return TemporaryFiles.Sweep(_layout.TemporaryFolder, _clock.GetUtcNow() - olderThan);
    }
}
