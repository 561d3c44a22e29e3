using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PerfKit.Caching.Internal;

/// <summary>
/// System.Text.Json. The type's description is asked for at the first use, so that a type that cannot be written is
/// still good for a cache that never writes it.
/// </summary>
internal sealed class JsonCodec<T>(JsonSerializerOptions options, bool isShared) : ValueCodec<T>(isShared)
{
    private JsonTypeInfo<T>? _info;

    public override void Write(T value, IBufferWriter<byte> target)
    {
        var info = Info();
        using var writer = new Utf8JsonWriter(target, JsonOptions.WriterRules(options));
        JsonSerializer.Serialize(writer, value, info);
    }

    public override T Read(ReadOnlySequence<byte> source)
    {
        var info = Info();
        var reader = new Utf8JsonReader(source, JsonOptions.ReaderRules(options));
        return JsonSerializer.Deserialize(ref reader, info)!;
    }

    private JsonTypeInfo<T> Info() =>
        _info ??= options.TryGetTypeInfo(typeof(T), out var info)
            ? (JsonTypeInfo<T>)info
            : throw new InvalidOperationException(
                $"No serializer for {TypeName}: register an IHybridCacheSerializer of it, or give the cache's JSON options "
                    + "a TypeInfoResolver that has it, such as a JsonSerializerContext."
            );
}
