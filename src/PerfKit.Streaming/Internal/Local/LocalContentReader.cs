using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>Reads an open file by offset. The length is taken once: a content is what the file was when it was opened.</summary>
internal sealed class LocalContentReader(SafeFileHandle file, long length, bool ownsFile, StreamingMetrics? metrics)
    : ContentReader
{
    public override long Length => length;

    public override SafeFileHandle File => file;

    public override async ValueTask<int> ReadAsync(
        long offset,
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        cancellationToken.ThrowIfCancellationRequested();
        if (offset >= length)
        {
            return 0;
        }

        // Unix has no overlapped file I/O: there an asynchronous read is this same call after a hop to another thread.
        var read = OperatingSystem.IsWindows()
            ? await RandomAccess.ReadAsync(file, buffer, offset, cancellationToken).ConfigureAwait(false)
            : RandomAccess.Read(file, buffer.Span, offset);
        metrics?.Read(read);
        return read;
    }

    public override ValueTask DisposeAsync()
    {
        if (ownsFile)
        {
            file.Dispose();
        }

        return default;
    }
}
