using System.Buffers;

namespace PerfKit.Caching.Internal;

/// <summary>The type for large contents: in pieces, so that none of them goes to the large object heap.</summary>
internal sealed class SequenceCodec() : ValueCodec<ReadOnlySequence<byte>>(isShared: true)
{
    public override void Write(ReadOnlySequence<byte> value, IBufferWriter<byte> target)
    {
        foreach (var memory in value)
        {
            target.Write(memory.Span);
        }
    }

    public override ReadOnlySequence<byte> Read(ReadOnlySequence<byte> source) => ByteSegment.Copy(source);
}
