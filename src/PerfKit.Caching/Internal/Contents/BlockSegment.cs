using System.Buffers;
using PerfKit.Caching.Internal.Memory;

namespace PerfKit.Caching.Internal.Contents;

/// <summary>A block's place in the sequence of its content.</summary>
internal sealed class BlockSegment : ReadOnlySequenceSegment<byte>
{
    private BlockSegment(ReadOnlyMemory<byte> memory, long runningIndex)
    {
        Memory = memory;
        RunningIndex = runningIndex;
    }

    /// <summary>The blocks one after the other; a single one needs no segment.</summary>
    public static ReadOnlySequence<byte> Join(BlockMemory[] blocks)
    {
        if (blocks.Length < 2)
        {
            return blocks.Length == 0 ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(blocks[0].Memory);
        }

        var first = new BlockSegment(blocks[0].Memory, 0);
        var last = first;
        foreach (var block in blocks.AsSpan(1))
        {
            var next = new BlockSegment(block.Memory, last.RunningIndex + last.Memory.Length);
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
