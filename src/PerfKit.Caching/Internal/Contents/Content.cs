using System.Buffers;
using PerfKit.Caching.Internal.Memory;

namespace PerfKit.Caching.Internal.Contents;

/// <summary>
/// The blocks of one content, held by a count of references: the table's, the fill's, one a lease. The last to let go gives the
/// blocks back, after which no memory of this content can be touched.
/// </summary>
internal sealed class Content
{
    public const int EntryBytes = 512; // The objects of an entry: this, a table's node, a block's memory and segment.

    private readonly MemoryAccount _account;
    private readonly BlockMemory[] _blocks;
    private int _references = 1;

    private Content(MemoryAccount account, BlockMemory[] blocks, long length, long weight)
    {
        _account = account;
        _blocks = blocks;
        Length = length;
        Weight = weight;
        Bytes = BlockSegment.Join(blocks);
    }

    public long Length { get; }

    /// <summary>What it takes in the account: blocks and entry.</summary>
    public long Weight { get; }

    public ReadOnlySequence<byte> Bytes { get; }

    public bool IsLeased => Volatile.Read(ref _references) > 1;

    /// <summary>Takes blocks for a content that is to be written; false when the budget refuses one of them.</summary>
    public static Content? TryCreate(MemoryAccount account, long length)
    {
        if (!account.TryReserve(EntryBytes))
        {
            return null;
        }

        var blocks = new BlockMemory[BlockChain.CountOf(length)];
        var taken = 0;
        for (var left = length; left > 0; taken++)
        {
            var pieceBytes = BlockChain.NextOf(left, length);
            if (!account.TryTake(pieceBytes, out var piece))
            {
                Return(account, blocks.AsSpan(0, taken));
                return null;
            }

            var used = (int)Math.Min(left, pieceBytes);
            blocks[taken] = new BlockMemory(account, piece, used, isWritable: false);
            left -= used;
        }

        return new Content(account, blocks, length, BlockChain.BytesOf(length) + EntryBytes);
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
            Return(_account, _blocks);
        }
        else if (left < 0)
        {
            throw new InvalidOperationException("A content was given back more often than it was taken.");
        }
    }

    private static void Return(MemoryAccount account, ReadOnlySpan<BlockMemory> blocks)
    {
        foreach (var block in blocks)
        {
            ((IDisposable)block).Dispose();
        }

        account.Release(EntryBytes);
    }
}
