using System.Buffers;
using System.IO.Pipelines;

namespace PerfKit.Caching.Internal.Contents;

/// <summary>One caller's pipe: how much it got, and whether its reader is still there.</summary>
internal sealed class ContentDelivery(PipeWriter destination)
{
    public long BytesWritten { get; private set; }

    public bool ReaderLeft { get; private set; }

    /// <summary>Copies blocks, flushing after each, so that a slow reader slows the copy. False when the reader has left.</summary>
    public async ValueTask<bool> WriteAsync(ReadOnlySequence<byte> bytes, CancellationToken cancellationToken)
    {
        foreach (var block in bytes)
        {
            if (!await WriteAsync(destination, block, cancellationToken).ConfigureAwait(false))
            {
                ReaderLeft = true;
                return false;
            }

            BytesWritten += block.Length;
        }

        return true;
    }

    /// <inheritdoc cref="WriteAsync(ReadOnlySequence{byte}, CancellationToken)"/>
    public static async ValueTask<bool> WriteAsync(
        PipeWriter destination,
        ReadOnlyMemory<byte> block,
        CancellationToken cancellationToken
    )
    {
        destination.Write(block.Span);
        var flush = await destination.FlushAsync(cancellationToken).ConfigureAwait(false);
        return !flush.IsCompleted && !flush.IsCanceled;
    }
}
