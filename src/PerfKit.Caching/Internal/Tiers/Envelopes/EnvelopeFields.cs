using System.Buffers;
using System.Buffers.Binary;

namespace PerfKit.Caching.Internal;

/// <summary>The fields between the checksum and the payload, in the order in which they stand.</summary>
internal struct EnvelopeFields
{
    private const byte Compressed = 1;
    private const byte Negative = 2;
    private const byte Null = 4;
    private const byte Sliding = 8;
    private const byte Tagged = 16;
    private const byte Modified = 32;
    private const byte Known = Compressed | Negative | Null | Sliding | Tagged | Modified;

    public EnvelopeHeader Header { get; private set; }

    public bool IsCompressed { get; private set; }

    /// <summary>The payload's length once it is expanded.</summary>
    public long PayloadBytes { get; private set; }

    public static void Write(PooledWriter target, in EnvelopeHeader header, bool isCompressed)
    {
        var flags =
            (isCompressed ? Compressed : 0)
            | (header.IsNegative ? Negative : 0)
            | (header.IsNull ? Null : 0)
            | (header.SlidingMilliseconds != 0 ? Sliding : 0)
            | (header.ETag is not null ? Tagged : 0)
            | (header.LastModifiedMilliseconds is not null ? Modified : 0);
        target.Write([(byte)flags]);
        WriteTime(target, header.WrittenAtMilliseconds);
        WriteTime(target, header.FreshUntilMilliseconds);
        WriteTime(target, header.KeptUntilMilliseconds);
        if (header.SlidingMilliseconds != 0)
        {
            WriteTime(target, header.SlidingMilliseconds);
        }

        if (header.ETag is { } tag)
        {
            WriteText(target, tag);
        }

        if (header.LastModifiedMilliseconds is { } modified)
        {
            WriteTime(target, modified);
        }
    }

    public static void WriteText(PooledWriter target, string text)
    {
        WriteVarint(target, (ulong)TextBytes.LengthOf(text));
        TextBytes.Write(text, target);
    }

    /// <summary>Seven bits a byte, the lowest first, the eighth bit set on all but the last.</summary>
    public static void WriteVarint(PooledWriter target, ulong value)
    {
        var span = target.GetSpan(10);
        var used = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[used++] = (byte)(value | 0x80);
        }

        span[used++] = (byte)value;
        target.Advance(used);
    }

    /// <summary>Reads what <see cref="Write"/> wrote, key and type; what is left is the payload as it is stored.</summary>
    public EnvelopeStatus Read(
        ReadOnlySequence<byte> source,
        string key,
        string typeName,
        out ReadOnlySequence<byte> stored
    )
    {
        stored = default;
        var reader = new SequenceReader<byte>(source);
        if (!reader.TryRead(out var flags))
        {
            return EnvelopeStatus.Broken;
        }

        if ((flags & ~Known) != 0)
        {
            return EnvelopeStatus.OtherVersion;
        }

        if (!TryReadHeader(ref reader, flags))
        {
            return EnvelopeStatus.Broken;
        }

        var status = ReadText(ref reader, key, EnvelopeStatus.OtherKey);
        if (status == EnvelopeStatus.Ok)
        {
            status = ReadText(ref reader, typeName, EnvelopeStatus.OtherType);
        }

        if (status != EnvelopeStatus.Ok)
        {
            return status;
        }

        if (!TryReadVarint(ref reader, out var length) || length > long.MaxValue)
        {
            return EnvelopeStatus.Broken;
        }

        PayloadBytes = (long)length;
        stored = reader.UnreadSequence;
        return EnvelopeStatus.Ok;
    }

    private bool TryReadHeader(ref SequenceReader<byte> reader, byte flags)
    {
        long sliding = 0;
        long modified = 0;
        string? tag = null;
        if (
            !reader.TryReadLittleEndian(out long written)
            || !reader.TryReadLittleEndian(out long fresh)
            || !reader.TryReadLittleEndian(out long kept)
            || ((flags & Sliding) != 0 && !reader.TryReadLittleEndian(out sliding))
            || ((flags & Tagged) != 0 && !TryReadText(ref reader, out tag))
            || ((flags & Modified) != 0 && !reader.TryReadLittleEndian(out modified))
        )
        {
            return false;
        }

        IsCompressed = (flags & Compressed) != 0;
        Header = new EnvelopeHeader
        {
            IsNegative = (flags & Negative) != 0,
            IsNull = (flags & Null) != 0,
            WrittenAtMilliseconds = written,
            FreshUntilMilliseconds = fresh,
            KeptUntilMilliseconds = kept,
            SlidingMilliseconds = sliding,
            ETag = tag,
            LastModifiedMilliseconds = (flags & Modified) != 0 ? modified : null,
        };
        return true;
    }

    private static EnvelopeStatus ReadText(ref SequenceReader<byte> reader, string expected, EnvelopeStatus other)
    {
        if (!TryReadVarint(ref reader, out var length) || length > (ulong)reader.Remaining)
        {
            return EnvelopeStatus.Broken;
        }

        var end = reader.Remaining - (long)length;
        return TextBytes.IsNext(ref reader, expected) && reader.Remaining == end ? EnvelopeStatus.Ok : other;
    }

    private static bool TryReadText(ref SequenceReader<byte> reader, out string? text)
    {
        text = null;
        if (!TryReadVarint(ref reader, out var length) || length > (ulong)reader.Remaining)
        {
            return false;
        }

        if (!TextBytes.TryRead(reader.UnreadSequence.Slice(0, (long)length), out text))
        {
            return false;
        }

        reader.Advance((long)length);
        return true;
    }

    private static bool TryReadVarint(ref SequenceReader<byte> reader, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (!reader.TryRead(out var part))
            {
                return false;
            }

            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    private static void WriteTime(PooledWriter target, long milliseconds)
    {
        BinaryPrimitives.WriteInt64LittleEndian(target.GetSpan(sizeof(long)), milliseconds);
        target.Advance(sizeof(long));
    }
}
