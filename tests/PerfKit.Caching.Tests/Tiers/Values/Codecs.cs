using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Tiers;

/// <summary>Codecs for tests, and values that go to bytes and back.</summary>
internal static class Codecs
{
    public static ValueCodecs Of(
        Action<IServiceCollection>? register = null,
        JsonSerializerOptions? json = null,
        params Type[] shared
    )
    {
        var services = new ServiceCollection();
        register?.Invoke(services);
        return new ValueCodecs(services.BuildServiceProvider(), shared.ToHashSet(), json);
    }

    public static byte[] Written<T>(this ValueCodec<T> codec, T value)
    {
        using var writer = new PooledWriter();
        codec.Write(value, writer);
        return writer.Written.ToArray();
    }

    public static T Read<T>(this ValueCodec<T> codec, byte[] bytes) => codec.Read(new ReadOnlySequence<byte>(bytes));

    /// <summary>The value again, from a buffer in pieces whose bytes are wiped right after, as a pool would.</summary>
    public static T Again<T>(this ValueCodec<T> codec, T value, int piece = 1_000)
    {
        var bytes = codec.Written(value);
        var pieces = bytes.Length < piece ? new ReadOnlySequence<byte>(bytes) : Envelopes.Pieces(bytes, piece);
        var again = codec.Read(pieces);
        foreach (var memory in pieces)
        {
            System.Runtime.InteropServices.MemoryMarshal.AsMemory(memory).Span.Fill(0xEE);
        }

        return again;
    }
}
