using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>Lets what writes to a stream write to a content store.</summary>
internal sealed class ContentWriterStream(ContentWriter writer) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        writer.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Refused: conversions write asynchronously, so that no thread waits for the disk.</summary>
    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Write asynchronously.");

    public override void Flush() { }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>Reads a finished content that was not committed; it vanishes when the reader is disposed.</summary>
internal sealed class OwningReader(ContentWriter writer) : ContentReader
{
    private readonly ContentReader _inner = writer.OpenFinished();

    public override long Length => _inner.Length;

    public override ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        _inner.ReadAsync(offset, buffer, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync();
        await writer.DisposeAsync();
    }
}
