using System.Buffers;
using System.Runtime.InteropServices;

namespace PerfKit.Caching.Internal.Memory;

/// <summary>
/// One use of one piece. When the piece goes back this object loses it first, so whoever kept its memory gets an
/// exception, never the bytes of the next use. Disposing again does nothing.
/// </summary>
internal sealed class BlockMemory : MemoryManager<byte>
{
    private readonly MemoryAccount _account;
    private readonly bool _isWritable;
    private Slab? _slab;
    private int _offset;
    private int _length;

    public BlockMemory(MemoryAccount account, BlockPiece piece, int length, bool isWritable)
    {
        _account = account;
        _isWritable = isWritable;
        Use(piece, length);
    }

    /// <summary>Another use of the same object: only when its memory was never shown to anybody.</summary>
    public void Use(BlockPiece piece, int length)
    {
        (_offset, _length) = (piece.Offset, length);
        Volatile.Write(ref _slab, piece.Slab);
    }

    public override Span<byte> GetSpan() => new(Slab.Bytes, _offset, _length);

    /// <summary>The memory is pinned as it is; the handle holds no more than the array.</summary>
    public override MemoryHandle Pin(int elementIndex = 0) =>
        MemoryMarshal.CreateFromPinnedArray(Slab.Bytes, _offset + elementIndex, _length - elementIndex).Pin();

    public override void Unpin()
    {
        // Nothing was pinned that was not pinned before.
    }

    /// <summary>Contents are never shown as arrays: an array could be written to, and outlives its lease.</summary>
    protected override bool TryGetArray(out ArraySegment<byte> segment)
    {
        segment = _isWritable ? new(Slab.Bytes, _offset, _length) : default;
        return _isWritable;
    }

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _slab, null) is { } slab)
        {
            _account.Return(new BlockPiece(slab, _offset, slab.PieceBytes));
        }
    }

    private Slab Slab =>
        Volatile.Read(ref _slab)
        ?? throw new ObjectDisposedException(nameof(IMemoryOwner<byte>), "The block went back.");
}
