using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>
/// What makes a shard's sequence numbers comparable: 16 hexadecimal digits drawn at random. Where versions or tags were
/// lost it is drawn anew, and what was stored under another one is dead.
/// </summary>
internal readonly record struct Epoch(UInt128 Digits)
{
    public const int Length = 16;

    public static Epoch Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128LittleEndian(bytes));

    public static byte[] RandomDigits() =>
        Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(Length, lowercase: true));

    public void Write(Span<byte> into) => BinaryPrimitives.WriteUInt128LittleEndian(into, Digits);

    public string ToText()
    {
        Span<byte> bytes = stackalloc byte[Length];
        Write(bytes);
        return Encoding.ASCII.GetString(bytes);
    }
}
