using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>Reads an open file by offset. The length is taken once: a content is what the file was when it was opened.</summary>
/// <param name="file">The file.</param>
/// <param name="length">Its length in bytes.</param>
/// <param name="owner">What ends this reader's use of it; null for a file that is closed by another.</param>
/// <param name="metrics">Counts the bytes read, or null.</param>
internal sealed class LocalContentReader(
    SafeFileHandle file,
    long length,
    IDisposable? owner,
    StreamingMetrics? metrics
) : ContentReader
{
    private IDisposable? _owner = owner;
    private bool _isDisposed;

    public override long Length => length;

    public override SafeFileHandle File => file;

    public override async ValueTask<int> ReadAsync(
        long offset,
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ObjectDisposedException.ThrowIf(_isDisposed, this); // The file itself may be open still, for others.
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
        _isDisposed = true;
        Interlocked.Exchange(ref _owner, null)?.Dispose();
        return default;
    }
}
