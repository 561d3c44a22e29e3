using System.Buffers;
using System.Runtime.InteropServices;

namespace PerfKit.Caching.Internal.Memory;

/// <summary>
/// One use of one piece. When the piece goes back this object loses it first, so whoever kept its memory gets an
/// exception, never the bytes of the next use. Disposing again does nothing.
/// </summary>
internal sealed class BlockMemory(MemoryAccount account, BlockPiece piece, int length, bool isWritable)
    : MemoryManager<byte>
{
    private readonly int _offset = piece.Offset;
    private Slab? _slab = piece.Slab;

    public override Span<byte> GetSpan() => new(Slab.Bytes, _offset, length);

    /// <summary>The memory is pinned as it is; the handle holds no more than the array.</summary>
    public override MemoryHandle Pin(int elementIndex = 0) =>
        MemoryMarshal.CreateFromPinnedArray(Slab.Bytes, _offset + elementIndex, length - elementIndex).Pin();

    public override void Unpin()
    {
        // Nothing was pinned that was not pinned before.
    }

    /// <summary>Contents are never shown as arrays: an array could be written to, and outlives its lease.</summary>
    protected override bool TryGetArray(out ArraySegment<byte> segment)
    {
        segment = isWritable ? new(Slab.Bytes, _offset, length) : default;
        return isWritable;
    }

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _slab, null) is { } slab)
        {
            account.Return(new BlockPiece(slab, _offset, slab.PieceBytes));
        }
    }

    private Slab Slab =>
        Volatile.Read(ref _slab)
        ?? throw new ObjectDisposedException(nameof(IMemoryOwner<byte>), "The block went back.");
}
