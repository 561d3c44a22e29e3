using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using PerfKit.Streaming.Internal;

namespace PerfKit.Streaming;

/// <summary>
/// Pipes between pipes: each takes a <see cref="PipeReader"/> or <see cref="PipeWriter"/> and gives one, so they combine
/// with each other and with everything that knows pipes. None allocates by the block.
/// </summary>
public static class ContentPipes
{
    /// <summary>
    /// Copies a pipe to its end in blocks of at most 256 KB. Every flush is awaited, so a slow reader slows the source, and
    /// looked at, so one that left ends the copy. Neither pipe is completed here.
    /// </summary>
    /// <param name="source">Where the bytes come from.</param>
    /// <param name="destination">Where they go.</param>
    /// <param name="cancellationToken">Ends the copy with an exception.</param>
    /// <returns>True when all bytes were handed over; false when the destination's reader has left.</returns>
    /// <exception cref="OperationCanceledException">The token or the source's pending read was cancelled.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<bool> SendToAsync(
        this PipeReader source,
        PipeWriter destination,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);

        while (true)
        {
            var result = await source.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (result.IsCanceled)
            {
                source.AdvanceTo(result.Buffer.Start);
                throw new OperationCanceledException("The pending read of the source pipe was cancelled.");
            }

            var bytes = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, ContentReader.BlockBytes));
            var isLast = result.IsCompleted && bytes.Length == result.Buffer.Length;
            try
            {
                foreach (var piece in bytes)
                {
                    destination.Write(piece.Span);
                }

                var flush = await destination.FlushAsync(cancellationToken).ConfigureAwait(false);
                if (flush.IsCompleted || flush.IsCanceled)
                {
                    return false;
                }
            }
            finally
            {
                source.AdvanceTo(bytes.End);
            }

            if (isLast)
            {
                return true;
            }
        }
    }

    /// <summary>A range of a pipe: the first bytes are skipped, those behind it left unread; a short source gives a short range.</summary>
    /// <param name="source">The whole; completed with the range.</param>
    /// <param name="offset">Bytes to skip, not negative.</param>
    /// <param name="length">Bytes to give, not negative.</param>
    public static PipeReader Range(this PipeReader source, long offset, long length)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new RangePipeReader(source, offset, length);
    }

    /// <summary>
    /// Reads on while the bytes before are worked on, up to a bound; pays where both take time, such as a file that is hashed.
    /// Complete it: the read in flight is then cancelled, and the source completed.
    /// </summary>
    /// <param name="source">Where the bytes come from. One that blocks its caller is read on another thread.</param>
    /// <param name="aheadBytes">Most bytes to hold, 4,096 or more; default 512 KB.</param>
    /// <param name="pool">Lends the memory; default the shared pool.</param>
    /// <param name="steps">What happens to the bytes when they are read.</param>
    public static PipeReader ReadAhead(
        this PipeReader source,
        int aheadBytes = 2 * ContentReader.BlockBytes,
        MemoryPool<byte>? pool = null,
        PipeSteps? steps = null
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(aheadBytes, 4096);
        return new ReadAheadPipeReader(source, aheadBytes, pool ?? MemoryPool<byte>.Shared, steps);
    }

    /// <summary>The same destination with steps on the way: hashing, a copy, a pace, progress.</summary>
    /// <param name="destination">Where the bytes go; completed with the result.</param>
    /// <param name="steps">What happens to them.</param>
    public static PipeWriter Through(this PipeWriter destination, PipeSteps steps)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(steps);
        return new SteppedPipeWriter(destination, steps);
    }
}
