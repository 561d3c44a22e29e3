using System.Buffers;

namespace PerfKit.Streaming.Tests;

/// <summary>Bytes in a chain of segments, as a pipe lends them.</summary>
internal static class LentSegments
{
    public static ReadOnlySequence<byte> Of(ReadOnlyMemory<byte> bytes, int segmentBytes) =>
        Of(bytes, segmentBytes, segmentBytes);

    public static ReadOnlySequence<byte> Of(ReadOnlyMemory<byte> bytes, int firstBytes, int segmentBytes)
    {
        var first = new Segment(bytes[..Math.Min(firstBytes, bytes.Length)], before: null);
        var last = first;
        for (var at = first.Memory.Length; at < bytes.Length; at += segmentBytes)
        {
            last = new Segment(bytes.Slice(at, Math.Min(segmentBytes, bytes.Length - at)), last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is not null)
            {
                before.Next = this;
                RunningIndex = before.RunningIndex + before.Memory.Length;
            }
        }
    }
}
