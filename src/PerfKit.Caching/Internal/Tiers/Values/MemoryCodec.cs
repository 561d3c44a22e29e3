using System.Buffers;

namespace PerfKit.Caching.Internal;

internal sealed class MemoryCodec() : ValueCodec<ReadOnlyMemory<byte>>(isShared: true)
{
    public override void Write(ReadOnlyMemory<byte> value, IBufferWriter<byte> target) => target.Write(value.Span);

    public override ReadOnlyMemory<byte> Read(ReadOnlySequence<byte> source) => source.ToArray();
}
