namespace PerfKit.Streaming.Internal;

/// <summary>A position and the shape of a Stream over a content reader it owns.</summary>
internal sealed class ContentReaderStream(ContentReader reader) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => reader.Length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await reader.ReadAsync(_position, buffer, cancellationToken).ConfigureAwait(false);
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A content is read asynchronously: call ReadAsync or CopyToAsync.");

    public override long Seek(long offset, SeekOrigin origin)
    {
        Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            SeekOrigin.End => reader.Length + offset,
            _ => throw new ArgumentOutOfRangeException(nameof(origin)),
        };
        return _position;
    }

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException("A content never changes.");

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A content never changes.");

    public override async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
        await base.DisposeAsync().ConfigureAwait(false); // Disposes once more, which readers allow.
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            var released = reader.DisposeAsync();
            if (!released.IsCompletedSuccessfully)
            {
                released.AsTask().GetAwaiter().GetResult(); // Only a remote reader gets here, and Dispose has no other way.
            }
        }

        base.Dispose(disposing);
    }
}
