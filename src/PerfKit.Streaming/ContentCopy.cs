using System.IO.Pipelines;

namespace PerfKit.Streaming;

/// <summary>Copies pipes into content writers.</summary>
public static class ContentCopy
{
    /// <summary>
    /// Reads <paramref name="source"/> to its end into <paramref name="writer"/> and finishes it. The bytes are hashed and written
    /// where the pipe holds them, with no copy; bytes that come slowly wait in the pipe until there are 16 KB, so that a trickle
    /// costs neither memory here nor a write for each byte. A slow store slows the source. Commit and dispose the writer
    /// afterwards; the source is not completed here.
    /// </summary>
    /// <param name="source">Where the bytes come from.</param>
    /// <param name="writer">Where they go.</param>
    /// <param name="maxBytes">Most bytes to take; the first byte more ends the copy.</param>
    /// <param name="cancellationToken">Ends the copy with an exception.</param>
    /// <exception cref="ContentTooLargeException">The source has more than <paramref name="maxBytes"/>.</exception>
    /// <exception cref="OperationCanceledException">The token or the pipe's pending read was cancelled.</exception>
    public static async ValueTask<ContentInfo> CopyToAsync(
        this PipeReader source,
        ContentWriter writer,
        long maxBytes,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);

        for (var waiting = 0L; ; )
        {
            var result = await source.ReadAsync(cancellationToken).ConfigureAwait(false);
            var bytes = result.Buffer;
            var taken = bytes.End;
            try
            {
                if (result.IsCanceled)
                {
                    throw new OperationCanceledException("The pending read of the source pipe was cancelled.");
                }

                if (writer.Length + bytes.Length > maxBytes)
                {
                    throw new ContentTooLargeException(maxBytes);
                }

                // A pipe that brings nothing more can hold no more: then this is a block.
                var isBlock = bytes.Length >= ContentWriter.LeastBytesWritten || bytes.Length == waiting;
                if (isBlock || result.IsCompleted)
                {
                    await writer.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
                    waiting = 0;
                }
                else
                {
                    taken = bytes.Start;
                    waiting = bytes.Length;
                }
            }
            finally
            {
                source.AdvanceTo(taken, bytes.End);
            }

            if (result.IsCompleted)
            {
                return await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
