using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;

namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>
/// What lies under a key. A value: <c>V1</c>, 16 bytes unique to this write, epoch, the sequence number its maker knew
/// when the making began, when it expires (Redis's milliseconds), tags, payload. A claim: <c>C1</c>, 16 bytes unique to it, and
/// whether somebody waits for it (0 or 1). Numbers that scripts read are 16 digits of ASCII.
/// </summary>
internal static class ValueFormat
{
    public const int TokenLength = 18;
    public const int HeadLength = 66;
    public const int MostTags = ushort.MaxValue;
    private const int EpochAt = TokenLength;
    private const int SequenceAt = EpochAt + Epoch.Length;
    private const int ExpiryAt = SequenceAt + Digits;
    private const int Digits = 16;

    public static bool IsClaim(ReadOnlySpan<byte> bytes) => bytes.Length == TokenLength + 1 && bytes.StartsWith("C1"u8);

    public static bool TryReadHead(ReadOnlySpan<byte> bytes, out Epoch epoch, out long sequence)
    {
        epoch = default;
        sequence = 0;
        if (bytes.Length < HeadLength + sizeof(ushort) || !bytes.StartsWith("V1"u8))
        {
            return false;
        }

        epoch = Epoch.Read(bytes[EpochAt..]);
        return TryReadNumber(bytes[SequenceAt..], out sequence);
    }

    public static bool TryReadNumber(ReadOnlySpan<byte> bytes, out long number) =>
        Utf8Parser.TryParse(bytes[..Digits], out number, out var read) && read == Digits && number >= 0;

    public static void WriteNumber(long number, Span<byte> into) =>
        number.TryFormat(into, out _, "D16", CultureInfo.InvariantCulture);

    /// <summary>Takes the tags apart; false where the bytes are not what a writer wrote.</summary>
    public static bool TryReadTags(ReadOnlySpan<byte> bytes, out TagSpans tags, out int payloadAt)
    {
        var count = BinaryPrimitives.ReadUInt16LittleEndian(bytes[HeadLength..]);
        payloadAt = HeadLength + sizeof(ushort);
        for (var i = 0; i < count; i++)
        {
            if (bytes.Length - payloadAt < sizeof(int))
            {
                tags = default;
                return false;
            }

            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[payloadAt..]);
            payloadAt += sizeof(int);
            if (length < 0 || bytes.Length - payloadAt < length)
            {
                tags = default;
                return false;
            }

            payloadAt += length;
        }

        tags = new TagSpans(bytes[(HeadLength + sizeof(ushort))..payloadAt], count);
        return true;
    }

    public static int TailLength(TierValue value)
    {
        if (value.Tags.Count > MostTags)
        {
            throw new ArgumentException($"The value has {value.Tags.Count} tags but may have {MostTags} at most.");
        }

        var length = sizeof(ushort) + (sizeof(int) * value.Tags.Count);
        for (var i = 0; i < value.Tags.Count; i++)
        {
            length += TextBytes.Count(value.Tags[i]);
        }

        return checked((int)(length + value.Payload.Length));
    }

    public static void WriteTail(TierValue value, Span<byte> into)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(into, (ushort)value.Tags.Count);
        into = into[sizeof(ushort)..];
        for (var i = 0; i < value.Tags.Count; i++)
        {
            var length = TextBytes.Write(value.Tags[i], into[sizeof(int)..]);
            BinaryPrimitives.WriteInt32LittleEndian(into, length);
            into = into[(sizeof(int) + length)..];
        }

        foreach (var part in value.Payload)
        {
            part.Span.CopyTo(into);
            into = into[part.Length..];
        }
    }

    public static void WriteHead(ReadOnlySpan<byte> id, Epoch epoch, long sequence, long expiry, Span<byte> into)
    {
        "V1"u8.CopyTo(into);
        id.CopyTo(into[2..]);
        epoch.Write(into[EpochAt..]);
        WriteNumber(sequence, into[SequenceAt..]);
        WriteNumber(expiry, into[ExpiryAt..]);
    }
}
