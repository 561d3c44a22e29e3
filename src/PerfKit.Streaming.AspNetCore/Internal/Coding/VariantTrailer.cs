using System.Buffers.Binary;

namespace PerfKit.Streaming.Internal.Coding;

/// <summary>
/// The last 80 bytes of a kept file: seven of magic, the coding, SHA-256 of the source, SHA-256 of the coded bytes, their length.
/// </summary>
internal static class VariantTrailer
{
    public const int ByteLength = 80;

    private static ReadOnlySpan<byte> Magic => "PKcode1"u8;

    public static void Write(Span<byte> trailer, VariantKey key, KeptVariant kept)
    {
        Magic.CopyTo(trailer);
        trailer[7] = (byte)key.Coding;
        key.Source.CopyTo(trailer[8..]);
        kept.Hash.CopyTo(trailer[40..]);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[72..], kept.Length);
    }

    /// <summary>What the trailer says of <paramref name="key"/>; false when it is another's or none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> trailer, VariantKey key, out KeptVariant kept)
    {
        var source = new ContentHash(trailer[8..40]);
        kept = new KeptVariant(
            BinaryPrimitives.ReadInt64LittleEndian(trailer[72..]),
            new ContentHash(trailer[40..72]),
            IsProven: true
        );
        return trailer.StartsWith(Magic) && trailer[7] == (byte)key.Coding && source == key.Source;
    }
}
