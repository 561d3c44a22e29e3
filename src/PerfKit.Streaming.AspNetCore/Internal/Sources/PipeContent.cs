using System.IO.Pipelines;

namespace PerfKit.Streaming.Internal;

/// <summary>A pipe in the shape of a reader: it can be written out whole, and nothing else.</summary>
internal sealed class PipeContent(PipeReader pipe, long? length) : ContentReader, IProgress<long>
{
    private long _writtenBytes;

    public override long Length => length ?? long.MaxValue;

    public void Report(long value) => _writtenBytes = value;

    /// <summary>Writes out the pipe to its end; one that ends before its described length does is an error.</summary>
    public override async ValueTask<bool> WriteToAsync(
        PipeWriter destination,
        long offset,
        long length,
        TransferPlace? place = null,
        CancellationToken cancellationToken = default
    )
    {
        var counted = destination.Through(new PipeSteps { Progress = this });
        var isWritten = await pipe.SendToAsync(counted, cancellationToken).ConfigureAwait(false);
        return !isWritten || length == long.MaxValue || _writtenBytes == length
            ? isWritten
            : throw new EndOfStreamException(
                $"The pipe ended after {_writtenBytes} bytes; its content was described as {length}."
            );
    }

    public override ValueTask<int> ReadAsync(
        long offset,
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    ) => throw new NotSupportedException("A pipe is read once, to its end: call WriteToAsync.");

    /// <summary>The pipe is its source's to complete.</summary>
    public override ValueTask DisposeAsync() => default;
}
