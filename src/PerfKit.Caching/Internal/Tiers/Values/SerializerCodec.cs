using System.Buffers;
using Microsoft.Extensions.Caching.Hybrid;

namespace PerfKit.Caching.Internal;

/// <summary>A serializer from the container, as it is: its exceptions pass through.</summary>
internal sealed class SerializerCodec<T>(IHybridCacheSerializer<T> serializer, bool isShared) : ValueCodec<T>(isShared)
{
    public override void Write(T value, IBufferWriter<byte> target) => serializer.Serialize(value, target);

    public override T Read(ReadOnlySequence<byte> source) => serializer.Deserialize(source);
}
