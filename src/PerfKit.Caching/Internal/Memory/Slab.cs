using System.Numerics;
using System.Runtime.CompilerServices;

namespace PerfKit.Caching.Internal.Memory;

/// <summary>64 KB of an arena, cut into equal pieces, with a bit for each that is free. Guarded by its store's lock.</summary>
internal sealed class Slab(byte[] bytes, int start)
{
    private FreeBits _free;

    public byte[] Bytes { get; private set; } = bytes;

    public int PieceBytes { get; private set; }

    public int FreePieces { get; private set; }

    public bool IsWhole => FreePieces == BlockStore.SlabBytes / PieceBytes;

    /// <summary>Neighbours among the slabs of a class that have a free piece.</summary>
    public Slab? Next { get; set; }

    /// <inheritdoc cref="Next"/>
    public Slab? Previous { get; set; }

    public void Cut(int pieceBytes)
    {
        PieceBytes = pieceBytes;
        FreePieces = BlockStore.SlabBytes / pieceBytes;
        for (var i = 0; i < FreeBits.Words; i++)
        {
            var pieces = FreePieces - (i * 64);
            _free[i] =
                pieces >= 64 ? ulong.MaxValue
                : pieces <= 0 ? 0
                : (1UL << pieces) - 1;
        }
    }

    public BlockPiece Take()
    {
        for (var i = 0; ; i++)
        {
            if (_free[i] != 0)
            {
                var bit = BitOperations.TrailingZeroCount(_free[i]);
                _free[i] &= _free[i] - 1;
                FreePieces--;
                return new BlockPiece(this, start + (((i * 64) + bit) * PieceBytes), PieceBytes);
            }
        }
    }

    public void Return(int offset)
    {
        var index = (offset - start) / PieceBytes;
        var bit = 1UL << (index % 64);
        if ((_free[index / 64] & bit) != 0)
        {
            throw new InvalidOperationException("A block was given back twice.");
        }

        _free[index / 64] |= bit;
        FreePieces++;
    }

    /// <summary>The system gets the memory back; false when it would not take it.</summary>
    public bool TryDiscard() => Pages.TryDiscard(Bytes, start, BlockStore.SlabBytes);

    /// <summary>Lets the GC have the memory.</summary>
    public void Drop() => Bytes = [];

    [InlineArray(Words)]
    private struct FreeBits
    {
        public const int Words = BlockStore.SlabBytes / BlockStore.SmallestBytes / 64;

        private ulong _first;
    }
}

/// <summary>A taken piece of a slab.</summary>
internal readonly record struct BlockPiece(Slab Slab, int Offset, int Length)
{
    public Span<byte> Span => new(Slab.Bytes, Offset, Length);
}
