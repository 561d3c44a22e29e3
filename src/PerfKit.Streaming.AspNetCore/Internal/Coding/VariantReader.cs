using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal.Coding;

/// <summary>A kept variant's bytes, open; they stay readable when it is evicted meanwhile.</summary>
internal sealed class VariantReader(SafeFileHandle file, ContentCoding coding, KeptVariant kept) : ContentReader
{
    public ContentCoding Coding => coding;

    /// <summary>SHA-256 of the coded bytes.</summary>
    public ContentHash Hash => kept.Hash;

    public override long Length => kept.Length;

    public override SafeFileHandle File => file;

    public override ValueTask<int> ReadAsync(
        long offset,
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        cancellationToken.ThrowIfCancellationRequested();
        var asked = (int)Math.Clamp(kept.Length - offset, 0, buffer.Length); // The trailer is not the content's.
        return new(asked == 0 ? 0 : RandomAccess.Read(file, buffer.Span[..asked], offset));
    }

    public override ValueTask DisposeAsync()
    {
        file.Dispose();
        return default;
    }
}
