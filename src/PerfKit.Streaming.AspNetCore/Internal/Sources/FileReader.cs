using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>Reads an open file by offset, up to the length it had when it was opened.</summary>
internal sealed class FileReader(SafeFileHandle file) : ContentReader
{
    public override long Length { get; } = RandomAccess.GetLength(file);

    public override async ValueTask<int> ReadAsync(
        long offset,
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        cancellationToken.ThrowIfCancellationRequested();
        if (offset >= Length)
        {
            return 0;
        }

        // Unix has no overlapped file I/O: there an asynchronous read is this same call after a hop to another thread.
        return OperatingSystem.IsWindows()
            ? await RandomAccess.ReadAsync(file, buffer, offset, cancellationToken).ConfigureAwait(false)
            : RandomAccess.Read(file, buffer.Span, offset);
    }

    public override ValueTask DisposeAsync()
    {
        file.Dispose();
        return default;
    }
}
