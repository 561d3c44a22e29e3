using System.Buffers;
using System.Runtime.CompilerServices;

namespace PerfKit.Caching.Internal;

/// <summary>How a cache treats the values of one type: whether it may hand one instance to all, and their bytes.</summary>
/// <remarks>It never sees null: the envelope says that.</remarks>
internal abstract class ValueCodec<T>(bool isShared)
{
    private const long TextOverheadBytes = 22;
    private const long ArrayOverheadBytes = 24;

    /// <summary>
    /// Whether all callers may have the same instance. If not, the cache keeps the bytes and each hit reads them anew.
    /// </summary>
    public bool IsShared { get; } = isShared;

    /// <summary>The type's name in envelopes: full, with type arguments, without assemblies and their versions.</summary>
    public string TypeName { get; } = TypeNames.Of(typeof(T));

    /// <summary>Writes a value. What a serializer throws passes through.</summary>
    public abstract void Write(T value, IBufferWriter<byte> target);

    /// <summary>Makes a value of its own from bytes that are valid during this call only.</summary>
    public abstract T Read(ReadOnlySequence<byte> source);

    /// <summary>The value's bytes in memory, where the value itself tells; else -1.</summary>
    public static long WeightOf(T value) =>
        value switch
        {
            string text => TextOverheadBytes + (sizeof(char) * (long)text.Length),
            byte[] bytes => ArrayOverheadBytes + bytes.Length,
            ReadOnlyMemory<byte> bytes => bytes.Length,
            ReadOnlySequence<byte> bytes => bytes.Length,
            _ => RuntimeHelpers.IsReferenceOrContainsReferences<T>() ? -1 : Unsafe.SizeOf<T>(),
        };
}
