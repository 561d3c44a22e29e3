using PerfKit.Caching.Internal.Memory;

namespace PerfKit.Caching.Internal.Contents;

/// <summary>
/// How a length is cut into pieces: whole 64 KB blocks, then powers of two from above until what is wasted is at most an eighth
/// of the whole, or less than the smallest piece.
/// </summary>
internal static class BlockChain
{
    /// <summary>The next piece for what is left of a content of this length.</summary>
    public static int NextOf(long left, long length)
    {
        if (left >= BlockStore.SlabBytes)
        {
            return BlockStore.SlabBytes;
        }

        var whole = BlockStore.ClassOf((int)left);
        return whole - left <= length / 8 || whole == BlockStore.SmallestBytes ? whole : whole / 2;
    }

    public static int CountOf(long length)
    {
        var count = length / BlockStore.SlabBytes;
        for (var left = length % BlockStore.SlabBytes; left > 0; count++)
        {
            left -= NextOf(left, length);
        }

        return checked((int)count);
    }

    public static long BytesOf(long length)
    {
        var left = length % BlockStore.SlabBytes;
        var bytes = length - left;
        while (left > 0)
        {
            var piece = NextOf(left, length);
            bytes += piece;
            left -= piece;
        }

        return bytes;
    }
}
