using System.IO.Pipelines;

namespace PerfKit.Streaming;

/// <summary>Copies pipes into content writers.</summary>
public static class ContentCopy
{
    /// <summary>
    /// Reads <paramref name="source"/> to its end into <paramref name="writer"/> and finishes it. Memory is one block whatever
    /// the length; a slow store slows the source. Commit and dispose the writer afterwards; the source is not completed here.
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

        while (true)
        {
            var result = await source.ReadAsync(cancellationToken).ConfigureAwait(false);
            var bytes = result.Buffer;
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

                await writer.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                source.AdvanceTo(bytes.End);
            }

            if (result.IsCompleted)
            {
                return await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
