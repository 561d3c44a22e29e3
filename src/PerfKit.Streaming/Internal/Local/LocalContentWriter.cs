using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>Writes a temporary file, syncs it, and renames it to its place.</summary>
internal sealed class LocalContentWriter : ContentWriter
{
    private readonly StoreLayout _layout;
    private readonly StreamingMetrics _metrics;
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private bool _renamed;
    private bool _syncFailed;

    private LocalContentWriter(
        StoreLayout layout,
        StreamingMetrics metrics,
        long? declaredLength,
        string path,
        SafeFileHandle file
    )
        : base(declaredLength)
    {
        _layout = layout;
        _metrics = metrics;
        _path = path;
        _file = file;
    }

    public static LocalContentWriter Create(StoreLayout layout, StreamingMetrics metrics, long? declaredLength)
    {
        layout.DemandTemporaryFolder();
        if (declaredLength is { } length)
        {
            DiskSpace.Demand(layout.Root, length);
        }

        try
        {
            var path = TemporaryFiles.NewPath(layout.TemporaryFolder);
            return new LocalContentWriter(layout, metrics, declaredLength, path, TemporaryFiles.Create(path));
        }
        catch (IOException e) when (DiskSpace.IsFull(e))
        {
            throw DiskSpace.Explain(layout.Root, e);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask WriteBlocksAsync(
        ReadOnlySequence<byte> blocks,
        long offset,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            // Unix has no overlapped file I/O: there an asynchronous write is the same call after a hop to another thread.
            if (GatherWrite.Supported)
            {
                GatherWrite.Write(_file, blocks, offset);
            }
            else
            {
                await WriteEachAsync(blocks, offset, cancellationToken).ConfigureAwait(false);
            }

            _metrics.Written(blocks.Length);
        }
        catch (IOException e) when (DiskSpace.IsFull(e))
        {
            throw DiskSpace.Explain(_layout.Root, e);
        }
    }

    protected override ValueTask FinishBlocksAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            _layout.SyncFile(_file);
        }
        catch (IOException e) when (DiskSpace.IsFull(e))
        {
            throw DiskSpace.Explain(_layout.Root, e); // Delayed allocation tells only now.
        }

        return default;
    }

    protected override ContentReader OpenBlocks(long length) =>
        new LocalContentReader(_file, length, owner: null, _metrics);

    protected override ValueTask PublishAsync(ContentInfo content, CancellationToken cancellationToken)
    {
        if (_syncFailed)
        {
            throw new IOException(
                $"The sync of {content.Hash} in {_layout.Root} failed before; write the content anew."
            );
        }

        using var shard = _layout.OpenOrMakeShard(content.Hash);
        using var present = shard.Publish(
            content.Length,
            StoreLayout.FileName(content.Hash),
            _path,
            _file,
            _layout.Clock
        );
        _renamed = present is null;
        _syncFailed = true; // Until it has not: an error from a sync is final, a second one would hide it.
        _layout.Sync(content.Hash, shard, present);
        _syncFailed = false;
        _metrics.Committed(stored: _renamed);
        return default;
    }

    protected override ValueTask ReleaseAsync(bool committed)
    {
        if (!committed)
        {
            _metrics.Abandoned();
        }

        TemporaryFiles.Close(_file, _renamed ? null : _path);
        return default;
    }

    private async ValueTask WriteEachAsync(
        ReadOnlySequence<byte> blocks,
        long offset,
        CancellationToken cancellationToken
    )
    {
        foreach (var block in blocks)
        {
            await RandomAccess.WriteAsync(_file, block, offset, cancellationToken).ConfigureAwait(false);
            offset += block.Length;
        }
    }
}
