using System.Buffers;

namespace PerfKit.Streaming.Internal;

/// <summary>A reader over bytes in memory; every read completes at once.</summary>
internal sealed class MemoryContentReader(
    ReadOnlySequence<byte> content,
    IDisposable? owner = null,
    StreamingMetrics? metrics = null
) : ContentReader
{
    private IDisposable? _owner = owner;

    public override long Length { get; } = content.Length;

    public override ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        var count = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        if (count > 0)
        {
            content.Slice(offset, count).CopyTo(buffer.Span);
            metrics?.Read(count);
        }

        return new(count);
    }

    public override ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _owner, null)?.Dispose(); // Once: a pool would lend twice what it gets back twice.
        return default;
    }
}
