using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace PerfKit.Caching.Tests.Tiers;

/// <summary>Envelopes of somebody who knows the format and means ill, put together here byte by byte.</summary>
internal static class Forged
{
    /// <summary>An envelope of any bytes behind the checksum, which is right.</summary>
    public static byte[] Envelope(byte[] covered)
    {
        var checksum = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(checksum, XxHash3.HashToUInt64(covered));
        return [0xC5, 0x4B, 1, .. checksum, .. covered];
    }

    /// <summary>An envelope with any flags, which says any length; the flags may not ask for more fields.</summary>
    public static byte[] Flagged(byte flags, ulong length = 3, byte[]? payload = null) =>
        Envelope([
            flags,
            .. new byte[24],
            .. Text(Envelopes.Key),
            .. Text(Envelopes.TypeName),
            .. Varint(length),
            .. payload ?? [1, 2, 3],
        ]);

    /// <summary>What Brotli makes of it.</summary>
    public static byte[] Packed(byte[] bytes)
    {
        var packed = new byte[BrotliEncoder.GetMaxCompressedLength(bytes.Length)];
        BrotliEncoder.TryCompress(bytes, packed, out var written).Should().BeTrue();
        return packed[..written];
    }

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static List<byte> Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return bytes;
    }
}
