using System.Buffers;

namespace PerfKit.Caching.Internal;

/// <summary>Arrays are the caller's to write to, so each hit gets a copy.</summary>
internal sealed class BytesCodec(bool isShared) : ValueCodec<byte[]>(isShared)
{
    public override void Write(byte[] value, IBufferWriter<byte> target) => target.Write(value);

    public override byte[] Read(ReadOnlySequence<byte> source) => source.ToArray();
}
