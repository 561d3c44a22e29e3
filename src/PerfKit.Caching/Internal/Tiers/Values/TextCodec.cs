using System.Buffers;

namespace PerfKit.Caching.Internal;

internal sealed class TextCodec() : ValueCodec<string>(isShared: true)
{
    public override void Write(string value, IBufferWriter<byte> target) => TextBytes.Write(value, target);

    public override string Read(ReadOnlySequence<byte> source) => TextBytes.Read(source);
}
