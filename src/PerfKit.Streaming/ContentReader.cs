using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using PerfKit.Streaming.Internal;

namespace PerfKit.Streaming;

/// <summary>
/// Reads one content at any offset. Keeps no position and no buffer, so reads may overlap; dispose it once, after all of them.
/// </summary>
public abstract class ContentReader : IAsyncDisposable
{
    /// <summary>Bytes that are read and flushed at a time: 256 KB, where copying from the page cache is at its fastest.</summary>
    public const int BlockBytes = 256 * 1024;

    // What Kestrel's pool lends. Larger pieces come from the array pool, which makes garbage of them when many wait.
    private const int SmallPieceBytes = 4096;

    /// <summary>Length of the content in bytes.</summary>
    public abstract long Length { get; }

    /// <summary>
    /// The open file that begins with the content, for those who can send it without reading it; null when there is none. It is
    /// closed with the reader.
    /// </summary>
    public virtual SafeFileHandle? File => null;

    /// <summary>Wraps bytes that are already in memory; nothing is copied.</summary>
    public static ContentReader FromMemory(ReadOnlyMemory<byte> content) =>
        new MemoryContentReader(new ReadOnlySequence<byte>(content));

    /// <summary>Wraps bytes that are in memory in pieces, such as a leased cache entry; nothing is copied.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="owner">What they belong to; disposed with the reader.</param>
    public static ContentReader FromMemory(ReadOnlySequence<byte> content, IDisposable? owner) =>
        new MemoryContentReader(content, owner);

    /// <summary>Wraps an open file of the length it has now; it is closed with the reader.</summary>
    public static ContentReader FromFile(SafeFileHandle file) =>
        new LocalContentReader(file, RandomAccess.GetLength(file), owner: file, metrics: null);

    /// <summary>Reads up to <paramref name="buffer"/>'s length; 0 at and behind the end.</summary>
    /// <param name="offset">Where to read, in bytes from the start.</param>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="cancellationToken">Gives up between blocks, not inside a block on its way.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="offset"/> is negative.</exception>
    public abstract ValueTask<int> ReadAsync(
        long offset,
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Copies a range into a pipe in blocks that the pipe itself lends; allocates nothing a block. Every flush is
    /// awaited, so a slow reader slows the copy, and looked at, so a reader that left ends it.
    /// </summary>
    /// <param name="destination">Where the bytes go; it is not completed here.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Number of bytes.</param>
    /// <param name="place">The request's place, which sizes the blocks; without one they have 256 KB.</param>
    /// <param name="cancellationToken">Ends the copy with an exception.</param>
    /// <returns>True when all bytes were handed over; false when the pipe's reader has left.</returns>
    /// <exception cref="EndOfStreamException">The content ends before the range does.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public virtual async ValueTask<bool> WriteToAsync(
        PipeWriter destination,
        long offset,
        long length,
        TransferPlace? place = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);

        for (var end = offset + length; offset < end; )
        {
            var blockBytes = place?.NextBlock(end - offset) ?? (int)Math.Min(end - offset, BlockBytes);
            var pieceBytes = blockBytes == TransferMemory.PlaceBytes ? SmallPieceBytes : blockBytes;
            for (var blockEnd = offset + blockBytes; offset < blockEnd; )
            {
                var piece = (int)Math.Min(blockEnd - offset, pieceBytes);
                var memory = destination.GetMemory(piece)[..piece];
                var read = await ReadAsync(offset, memory, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    throw new EndOfStreamException(
                        $"The content ended at byte {offset}, {end - offset} bytes before the end of what was asked for."
                    );
                }

                destination.Advance(read);
                offset += read;
            }

            var handedOver = place?.HandOver() ?? 0;
            var flush = await destination.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (flush.IsCompleted || flush.IsCanceled)
            {
                return false;
            }

            place?.TakeBack(handedOver);
        }

        return true;
    }

    /// <summary>
    /// The content as a seekable, read-only stream for libraries that want one. It owns this reader: disposing it disposes
    /// the reader. Synchronous reads are refused; there is one path, and it is asynchronous.
    /// </summary>
    public Stream AsStream() => new ContentReaderStream(this);

    /// <summary>Releases the file, connection or memory behind the content.</summary>
    public abstract ValueTask DisposeAsync();
}
