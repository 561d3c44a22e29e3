using System.Buffers;

namespace PerfKit.Caching.Internal;

/// <summary>One piece of bytes that follow one another; a single piece needs none.</summary>
internal sealed class ByteSegment : ReadOnlySequenceSegment<byte>
{
    /// <summary>The largest piece: below it nothing goes to the large object heap.</summary>
    public const int MaximumBytes = 64 * 1024;

    public ByteSegment(ReadOnlyMemory<byte> memory, ByteSegment? before)
    {
        Memory = memory;
        if (before is not null)
        {
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }

    /// <summary>The next piece; the caller knows that there is one.</summary>
    public ByteSegment Following => (ByteSegment)Next!;

    /// <summary>Copies bytes to memory of the collector's, in arrays of at most <see cref="MaximumBytes"/>.</summary>
    public static ReadOnlySequence<byte> Copy(ReadOnlySequence<byte> source)
    {
        if (source.Length <= MaximumBytes)
        {
            return source.IsEmpty ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(Taken(source));
        }

        var first = new ByteSegment(Taken(source.Slice(0, MaximumBytes)), null);
        var last = first;
        for (var rest = source.Slice(MaximumBytes); !rest.IsEmpty; rest = rest.Slice(last.Memory.Length))
        {
            last = new ByteSegment(Taken(rest.Slice(0, Math.Min(rest.Length, MaximumBytes))), last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private static byte[] Taken(ReadOnlySequence<byte> source)
    {
        var bytes = GC.AllocateUninitializedArray<byte>((int)source.Length);
        source.CopyTo(bytes);
        return bytes;
    }
}
