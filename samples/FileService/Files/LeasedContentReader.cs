using System.Buffers;
using System.IO.Pipelines;
using PerfKit.Caching;
using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>A content that is in the cache, leased until the response has been sent.</summary>
internal sealed class LeasedContentReader(ContentLease lease) : ContentReader
{
    public override long Length { get; } = lease.Length;

    public override ValueTask<int> ReadAsync(
        long offset,
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        cancellationToken.ThrowIfCancellationRequested();
        var count = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        if (count > 0)
        {
            lease.Content.Slice(offset, count).CopyTo(buffer.Span);
        }

        return new ValueTask<int>(count);
    }

    public override async ValueTask<bool> WriteToAsync(
        PipeWriter destination,
        long offset,
        long length,
        CancellationToken cancellationToken = default
    )
    {
        if (length > Length - offset)
        {
            throw new EndOfStreamException($"The content ends at byte {Length}, before the range does.");
        }

        foreach (var block in lease.Content.Slice(offset, length))
        {
            var flush = await destination.WriteAsync(block, cancellationToken);
            if (flush.IsCompleted || flush.IsCanceled)
            {
                return false;
            }
        }

        return true;
    }

    public override ValueTask DisposeAsync()
    {
        lease.Dispose();
        return ValueTask.CompletedTask;
    }
}
