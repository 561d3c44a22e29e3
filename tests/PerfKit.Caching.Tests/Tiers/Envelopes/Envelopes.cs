using System.Buffers;
using System.Text;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Tiers;

/// <summary>Envelopes for tests: written, read, and cut in pieces.</summary>
internal static class Envelopes
{
    public const string Key = "user:42";
    public const string TypeName = "System.String";
    public const long MaximumBytes = 1024 * 1024;

    public static EnvelopeHeader Header { get; } =
        new()
        {
            WrittenAtMilliseconds = 1_000,
            FreshUntilMilliseconds = 61_000,
            KeptUntilMilliseconds = 3_601_000,
        };

    public static byte[] Written(
        EnvelopeHeader? header = null,
        string key = Key,
        byte[]? payload = null,
        long compressAboveBytes = -1,
        byte version = Envelope.FormatVersion
    )
    {
        using var target = new PooledWriter();
        var bytes = new ReadOnlySequence<byte>(payload ?? Encoding.UTF8.GetBytes("Ada"));
        Envelope.Write(target, header ?? Header, key, TypeName, bytes, compressAboveBytes, version);
        return target.Written.ToArray();
    }

    public static (EnvelopeStatus Status, EnvelopeHeader Header, byte[] Payload) Read(
        ReadOnlySequence<byte> source,
        string key = Key,
        string typeName = TypeName,
        long maximumBytes = MaximumBytes,
        byte version = Envelope.FormatVersion
    )
    {
        var status = Envelope.TryRead(source, key, typeName, maximumBytes, out var opened, version);
        using (opened)
        {
            return (status, opened.Header, opened.Payload.ToArray());
        }
    }

    public static (EnvelopeStatus Status, EnvelopeHeader Header, byte[] Payload) Read(byte[] source) =>
        Read(new ReadOnlySequence<byte>(source));

    /// <summary>The same bytes in pieces of a size, with an empty one after each.</summary>
    public static ReadOnlySequence<byte> Pieces(byte[] bytes, int size)
    {
        var first = new ByteSegment(ReadOnlyMemory<byte>.Empty, null);
        var last = first;
        foreach (var piece in bytes.Chunk(size))
        {
            last = new ByteSegment(ReadOnlyMemory<byte>.Empty, new ByteSegment(piece, last));
        }

        return new ReadOnlySequence<byte>(first, 0, last, 0);
    }
}
