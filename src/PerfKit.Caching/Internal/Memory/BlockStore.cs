using System.Diagnostics;
using System.Numerics;

namespace PerfKit.Caching.Internal.Memory;

/// <summary>
/// The slabs of a budget. A piece comes from the first slab of its class that has one free, else from a free slab, else from
/// a new one if the budget allows it. README.md beside this file tells the rest.
/// </summary>
internal sealed class BlockStore(MemoryBudget budget)
{
    public const int SlabBytes = 64 * 1024;
    public const int SmallestBytes = 256;

    /// <summary>Slabs an array holds: many, so that the collector has few to look at, unless it alone can take them back.</summary>
    private static readonly int SlabsPerArena = Pages.CanDiscard ? 16 : 1;

    private static readonly int Smallest = BitOperations.Log2(SmallestBytes);

    private readonly Lock _gate = new();
    private readonly Slab?[] _partial = new Slab?[BitOperations.Log2(SlabBytes) - Smallest + 1];
    private readonly Stack<Slab> _free = []; // Charged: their pages are there.
    private readonly Stack<Slab> _discarded = []; // Not charged: no pages are there yet, or any more.
    private long _takenBytes;
    private long _slabs;

    /// <summary>Charged and nobody's.</summary>
    public long FreeBytes => (Volatile.Read(ref _slabs) * SlabBytes) - Volatile.Read(ref _takenBytes);

    /// <summary>The smallest class that holds this many bytes.</summary>
    public static int ClassOf(int bytes) => Math.Max(SmallestBytes, (int)BitOperations.RoundUpToPowerOf2((uint)bytes));

    public bool TryTake(int classBytes, out BlockPiece piece)
    {
        lock (_gate)
        {
            ref var first = ref _partial[BitOperations.Log2((uint)classBytes) - Smallest];
            if (first is null && !TryCut(classBytes, ref first))
            {
                piece = default;
                return false;
            }

            var slab = first!;
            piece = slab.Take();
            if (slab.FreePieces == 0)
            {
                Unlink(slab, ref first);
            }

            _takenBytes += classBytes;
            return true;
        }
    }

    public void Return(BlockPiece piece)
    {
        var slab = piece.Slab;
        lock (_gate)
        {
            slab.Return(piece.Offset);
            _takenBytes -= piece.Length;
            ref var first = ref _partial[BitOperations.Log2((uint)piece.Length) - Smallest];
            if (slab.FreePieces == 1)
            {
                Link(slab, ref first);
            }

            if (slab.IsWhole)
            {
                Unlink(slab, ref first);
                _free.Push(slab);
                if ((long)_free.Count * SlabBytes > budget.MaxFreeBytes)
                {
                    TryTrimOne();
                }
            }
        }
    }

    /// <summary>Gives back the memory of free slabs, about this much; how much it was.</summary>
    public long Trim(long bytes)
    {
        var trimmed = 0L;
        lock (_gate)
        {
            while (trimmed < bytes && TryTrimOne())
            {
                trimmed += SlabBytes;
            }
        }

        return trimmed;
    }

    private bool TryCut(int classBytes, ref Slab? first)
    {
        if (!_free.TryPop(out var slab))
        {
            if (!budget.TryCharge(SlabBytes))
            {
                return false;
            }

            slab = _discarded.TryPop(out var discarded) ? discarded : OpenArena();
            Volatile.Write(ref _slabs, _slabs + 1);
        }

        slab.Cut(classBytes);
        Link(slab, ref first);
        return true;
    }

    /// <summary>A new array, cut at pages. The system lends its pages when they are touched, so only used slabs are charged.</summary>
    private Slab OpenArena()
    {
        var spare = SlabsPerArena > 1 ? Environment.SystemPageSize : 0;
        var bytes = GC.AllocateUninitializedArray<byte>((SlabsPerArena * SlabBytes) + spare, pinned: true);
        var start = spare > 0 ? Pages.Misalignment(bytes) : 0;
        for (var i = SlabsPerArena - 1; i > 0; i--)
        {
            _discarded.Push(new Slab(bytes, start + (i * SlabBytes)));
        }

        return new Slab(bytes, start);
    }

    private bool TryTrimOne()
    {
        if (!_free.TryPeek(out var slab) || (Pages.CanDiscard && !slab.TryDiscard()))
        {
            return false; // Memory that is locked, for instance: it stays, and stays charged.
        }

        _free.Pop();
        if (Pages.CanDiscard)
        {
            _discarded.Push(slab);
        }
        else
        {
            slab.Drop();
        }

        Volatile.Write(ref _slabs, _slabs - 1);
        budget.Uncharge(SlabBytes);
        return true;
    }

    private static void Link(Slab slab, ref Slab? first)
    {
        Debug.Assert(slab is { Next: null, Previous: null }, "A slab stands in one list, once.");
        slab.Next = first;
        first?.Previous = slab;
        first = slab;
    }

    private static void Unlink(Slab slab, ref Slab? first)
    {
        slab.Next?.Previous = slab.Previous;
        if (slab.Previous is { } previous)
        {
            previous.Next = slab.Next;
        }
        else
        {
            first = slab.Next;
        }

        slab.Next = null;
        slab.Previous = null;
    }
}
