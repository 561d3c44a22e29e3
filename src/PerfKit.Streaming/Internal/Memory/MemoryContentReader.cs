namespace PerfKit.Streaming.Internal;

/// <summary>A reader over bytes in memory; every read completes at once.</summary>
internal sealed class MemoryContentReader(ReadOnlyMemory<byte> content, StreamingMetrics? metrics = null)
    : ContentReader
{
    public override long Length => content.Length;

    public override ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        if (offset >= content.Length)
        {
            return new(0);
        }

        var part = content[(int)offset..];
        part = part[..Math.Min(part.Length, buffer.Length)];
        part.CopyTo(buffer);
        metrics?.Read(part.Length);
        return new(part.Length);
    }

    public override ValueTask DisposeAsync() => default;
}
