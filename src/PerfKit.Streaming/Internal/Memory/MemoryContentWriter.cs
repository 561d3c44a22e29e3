using System.Buffers;

namespace PerfKit.Streaming.Internal;

/// <summary>Collects blocks in memory; a commit puts one exact array into the store.</summary>
internal sealed class MemoryContentWriter(
    MemoryContents contents,
    MemoryQuota quota,
    StreamingMetrics metrics,
    long? declaredLength
) : ContentWriter(declaredLength)
{
    private readonly MemoryStream _blocks = new();
    private byte[] _content = [];
    private long _takenBytes;

    protected override ValueTask WriteBlocksAsync(
        ReadOnlySequence<byte> blocks,
        long offset,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (offset + blocks.Length > Array.MaxLength)
        {
            throw new ContentTooLargeException(Array.MaxLength);
        }

        quota.Take(blocks.Length);
        _takenBytes += blocks.Length;
        foreach (var block in blocks)
        {
            _blocks.Write(block.Span);
        }

        metrics.Written(blocks.Length);
        return default;
    }

    protected override ValueTask FinishBlocksAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _content = _blocks.ToArray();
        _blocks.Dispose();
        return default;
    }

    protected override ContentReader OpenBlocks(long length) => ContentReader.FromMemory(_content);

    protected override ValueTask PublishAsync(ContentInfo content, CancellationToken cancellationToken)
    {
        var stored = contents.Publish(content.Hash, _content);
        if (stored)
        {
            _takenBytes = 0; // They are the store's now.
        }

        metrics.Committed(stored);
        return default;
    }

    protected override ValueTask ReleaseAsync(bool committed)
    {
        quota.Return(_takenBytes);
        _takenBytes = 0;
        _blocks.Dispose();
        if (!committed)
        {
            metrics.Abandoned();
        }

        return default;
    }
}
