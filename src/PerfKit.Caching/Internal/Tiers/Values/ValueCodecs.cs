using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace PerfKit.Caching.Internal;

/// <summary>The codecs of one cache, one a type, made at the first use of the type.</summary>
internal sealed class ValueCodecs
{
    private readonly Lock _gate = new();
    private readonly IServiceProvider? _services;
    private readonly SharedTypes _shared;
    private readonly Lazy<JsonSerializerOptions> _json;

    // By the number of the type. Read without a lock; written, and replaced when it grows, under the lock.
    private object?[] _codecs = [];

    /// <summary>Codecs of a cache.</summary>
    /// <param name="services">Has the serializers; null outside a container.</param>
    /// <param name="sharedTypes">Types the user declares immutable.</param>
    /// <param name="json">The user's rules and contexts for JSON.</param>
    public ValueCodecs(IServiceProvider? services, IReadOnlySet<Type> sharedTypes, JsonSerializerOptions? json)
    {
        _services = services;
        _shared = new SharedTypes(sharedTypes);
        _json = new Lazy<JsonSerializerOptions>(() =>
            JsonOptions.Completed(json ?? Keyed(typeof(IHybridCacheSerializer<>)))
        );
    }

    /// <summary>The codec of a type, always the same one. A type without a serializer throws when it is used.</summary>
    public ValueCodec<T> Get<T>()
    {
        var codecs = Volatile.Read(ref _codecs);
        var number = TypeNumber<T>.Value;
        return number < codecs.Length && codecs[number] is { } codec ? Unsafe.As<ValueCodec<T>>(codec) : Add<T>(number);
    }

    private ValueCodec<T> Add<T>(int number)
    {
        var made = Make<T>(); // Outside the lock: it runs the user's code.
        lock (_gate)
        {
            if (number >= _codecs.Length)
            {
                var grown = new object?[Math.Max(number + 1, 2 * _codecs.Length)];
                _codecs.CopyTo(grown, 0);
                Volatile.Write(ref _codecs, grown);
            }

            return Unsafe.As<ValueCodec<T>>(_codecs[number] ??= made);
        }
    }

    private ValueCodec<T> Make<T>()
    {
        var isShared = _shared.Contains<T>();
        if (_services?.GetService<IHybridCacheSerializer<T>>() is { } own)
        {
            return new SerializerCodec<T>(own, isShared);
        }

        // As HybridCache has it, these come before factories: one that takes any type would take them for objects.
        if (Raw<T>(isShared) is { } raw)
        {
            return raw;
        }

        foreach (var factory in _services?.GetServices<IHybridCacheSerializerFactory>().Reverse() ?? [])
        {
            if (factory.TryCreateSerializer<T>(out var made))
            {
                return new SerializerCodec<T>(made, isShared);
            }
        }

        var json = Keyed(typeof(IHybridCacheSerializer<T>)) is { } forType
            ? JsonOptions.Completed(forType)
            : _json.Value;
        return new JsonCodec<T>(json, isShared);
    }

    private static ValueCodec<T>? Raw<T>(bool isShared)
    {
        object? codec =
            typeof(T) == typeof(string) ? new TextCodec()
            : typeof(T) == typeof(byte[]) ? new BytesCodec(isShared)
            : typeof(T) == typeof(ReadOnlyMemory<byte>) ? new MemoryCodec()
            : typeof(T) == typeof(ReadOnlySequence<byte>) ? new SequenceCodec()
            : null;
        return (ValueCodec<T>?)codec;
    }

    // Where users of HybridCache leave their rules for JSON: under the serializer's type.
    private JsonSerializerOptions? Keyed(Type serializer) =>
        (_services as IKeyedServiceProvider)?.GetKeyedService(typeof(JsonSerializerOptions), serializer)
        as JsonSerializerOptions;

    private static class TypeNumber<T>
    {
        public static readonly int Value = TypeNumbers.Next();
    }
}
