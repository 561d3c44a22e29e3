using System.Buffers;
using System.Buffers.Binary;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Contents.Children;

/// <summary>Contents of any number, cut from one random buffer at a place that follows from the number.</summary>
internal sealed class ContentPattern
{
    private readonly byte[] _random = GC.AllocateUninitializedArray<byte>((4 << 20) + 65_536, pinned: true);

    public ContentPattern() => new Random(1).NextBytes(_random);

    public static ContentKey Key(long number)
    {
        Span<byte> hash = stackalloc byte[ContentKey.ByteLength];
        hash.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(hash, number * 0x5DEECE66D);
        BinaryPrimitives.WriteInt64LittleEndian(hash[8..], number);
        return new ContentKey(hash);
    }

    public ReadOnlySpan<byte> Bytes(long number, int length) => _random.AsSpan((int)(number * 97 % 65_536), length);

    /// <summary>Whether these are the bytes of that number, from the start.</summary>
    public bool Is(long number, ReadOnlySequence<byte> bytes)
    {
        var expected = Bytes(number, (int)bytes.Length);
        foreach (var block in bytes)
        {
            if (!block.Span.SequenceEqual(expected[..block.Length]))
            {
                return false;
            }

            expected = expected[block.Length..];
        }

        return true;
    }
}
