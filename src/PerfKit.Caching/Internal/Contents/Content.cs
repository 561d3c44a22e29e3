using System.Buffers;
using System.Diagnostics;
using PerfKit.Caching.Internal.Memory;

namespace PerfKit.Caching.Internal.Contents;

/// <summary>
/// The blocks of one content, held by a count of references: the table's, the fill's, one a lease. The last to let go gives the
/// blocks back, after which no memory of this content can be touched. The object itself begins again as another content.
/// </summary>
internal sealed class Content
{
    // What the objects of an entry take (this, a node, its places in table, heap and sketch) and each piece adds (memory,
    // segment, reference), twice: the collector lets as much garbage lie as there is life before it looks.
    private const int EntryBytes = 640;
    private const int PieceBytes = 208;

    private readonly ContentPool _pool;
    private BlockMemory[] _blocks = [];
    private ContentKey _key;
    private int _references;
    private bool _wasShown;

    public Content(ContentPool pool) => _pool = pool;

    public long Length { get; private set; }

    /// <summary>What it takes in the account: blocks and entry.</summary>
    public long Weight { get; private set; }

    /// <summary>For copying while a reference is held; never for handing out.</summary>
    public ReadOnlySequence<byte> Bytes { get; private set; }

    /// <summary>What a content of this length takes: blocks and objects.</summary>
    public static long WeightOf(long length) => BlockChain.BytesOf(length) + ObjectBytesOf(BlockChain.CountOf(length));

    public bool IsLeased => Volatile.Read(ref _references) > 1;

    /// <summary>The bytes for a caller who may keep them. From then on its blocks' memories are not used again.</summary>
    public ReadOnlySequence<byte> Show()
    {
        if (!_wasShown)
        {
            _wasShown = true;
            Interlocked.MemoryBarrier(); // Seen by whoever uses this object again, if the caller's lease still counted.
        }

        return Bytes;
    }

    /// <summary>Takes blocks for a content that is to be written, and the first reference; false when the budget refuses.</summary>
    public bool TryBegin(MemoryAccount account, ContentKey key, long length)
    {
        Debug.Assert(Volatile.Read(ref _references) == 0, "Only a content that nobody holds begins again.");
        var count = BlockChain.CountOf(length);
        if (!account.TryReserve(ObjectBytesOf(count)))
        {
            return false;
        }

        var reusable = _wasShown || _blocks.Length != count ? null : _blocks;
        var blocks = reusable ?? new BlockMemory[count];
        var taken = 0;
        for (var left = length; left > 0; taken++)
        {
            var pieceBytes = BlockChain.NextOf(left, length);
            if (!account.TryTake(pieceBytes, out var piece))
            {
                Return(account, blocks.AsSpan(0, taken), count);
                return false;
            }

            var used = (int)Math.Min(left, pieceBytes);
            if (reusable is null)
            {
                blocks[taken] = new BlockMemory(account, piece, used, isWritable: false);
            }
            else
            {
                blocks[taken].Use(piece, used);
            }

            left -= used;
        }

        (_key, _blocks, _wasShown) = (key, blocks, false);
        (Length, Weight, Bytes) = (
            length,
            BlockChain.BytesOf(length) + ObjectBytesOf(count),
            BlockSegment.Join(blocks)
        );
        Volatile.Write(ref _references, 1);
        return true;
    }

    /// <summary>Where to write the content's bytes from <paramref name="offset"/> on: what is left of one block.</summary>
    public Span<byte> WritableAt(long offset)
    {
        // Every piece before the tail is a whole block.
        var index = (int)Math.Min(offset / BlockStore.SlabBytes, Length / BlockStore.SlabBytes);
        offset -= (long)index * BlockStore.SlabBytes;
        while (offset >= _blocks[index].GetSpan().Length)
        {
            offset -= _blocks[index++].GetSpan().Length;
        }

        return _blocks[index].GetSpan()[(int)offset..];
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var room = WritableAt(offset);
            var part = bytes[..Math.Min(room.Length, bytes.Length)];
            part.CopyTo(room);
            bytes = bytes[part.Length..];
            offset += part.Length;
        }
    }

    /// <summary>
    /// Takes a reference if this still is the key's content: whoever found it in the table may find it gone, or in use for another.
    /// </summary>
    public bool TryAcquire(ContentKey key)
    {
        if (!TryAcquire())
        {
            return false;
        }

        if (_key == key)
        {
            return true;
        }

        Release();
        return false;
    }

    /// <summary>Takes a reference, unless the last one has gone.</summary>
    public bool TryAcquire()
    {
        var seen = Volatile.Read(ref _references);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    public void Release()
    {
        var left = Interlocked.Decrement(ref _references);
        if (left == 0)
        {
            Return(_pool.Account, _blocks, _blocks.Length);
            _pool.Add(this);
        }
        else if (left < 0)
        {
            throw new InvalidOperationException("A content was given back more often than it was taken.");
        }
    }

    private static int ObjectBytesOf(int pieces) => EntryBytes + (PieceBytes * pieces);

    private static void Return(MemoryAccount account, ReadOnlySpan<BlockMemory> blocks, int pieces)
    {
        foreach (var block in blocks)
        {
            ((IDisposable)block).Dispose();
        }

        account.Release(ObjectBytesOf(pieces));
    }
}
