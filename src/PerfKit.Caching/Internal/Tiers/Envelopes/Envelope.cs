using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Hashing;

namespace PerfKit.Caching.Internal;

/// <summary>
/// A value's bytes with what is needed to trust and to use them, as they lie in a tier; README.md beside this file says where each
/// byte stands. Reading takes any bytes: it throws nothing, and allocates by no length it has not proven.
/// </summary>
internal static class Envelope
{
    /// <summary>The format that is written and understood.</summary>
    public const byte FormatVersion = 1;

    private const byte Magic0 = 0xC5;
    private const byte Magic1 = 0x4B;
    private const int ChecksumAt = 3;
    private const int CoveredAt = ChecksumAt + sizeof(ulong);

    [ThreadStatic]
    private static XxHash3? _hash; // 600 bytes, needed only where the bytes lie in pieces.

    /// <summary>Writes an envelope. A version of another number is for tests of versions that run side by side.</summary>
    /// <param name="target">Where it goes; the payload is copied.</param>
    /// <param name="header">What is said of the value.</param>
    /// <param name="key">The full key.</param>
    /// <param name="typeName">The type, as <see cref="ValueCodec{T}.TypeName"/> gives it.</param>
    /// <param name="payload">The value's bytes; empty if the header says null or negative.</param>
    /// <param name="compressAboveBytes">A larger payload is compressed if that saves an eighth; negative is never.</param>
    /// <param name="version">The format's number.</param>
    public static void Write(
        IBufferWriter<byte> target,
        in EnvelopeHeader header,
        string key,
        string typeName,
        ReadOnlySequence<byte> payload,
        long compressAboveBytes,
        byte version = FormatVersion
    )
    {
        Debug.Assert(payload.IsEmpty || !(header.IsNull || header.IsNegative), "there is nothing to write");
        var length = payload.Length;
        using var packed = Pack(payload, compressAboveBytes);
        var stored = packed?.Written ?? payload;

        using var head = new PooledWriter();
        EnvelopeFields.Write(head, header, isCompressed: packed is not null);
        EnvelopeFields.WriteText(head, key);
        EnvelopeFields.WriteText(head, typeName);
        EnvelopeFields.WriteVarint(head, (ulong)length);
        var covered = head.Written;

        var start = target.GetSpan(CoveredAt);
        (start[0], start[1], start[2]) = (Magic0, Magic1, version);
        BinaryPrimitives.WriteUInt64LittleEndian(start[ChecksumAt..], Checksum(covered, stored));
        target.Advance(CoveredAt);
        Append(target, covered);
        Append(target, stored);
    }

    /// <summary>Reads an envelope, and expands its payload if it is compressed.</summary>
    /// <param name="source">Any bytes.</param>
    /// <param name="key">The key they should be of.</param>
    /// <param name="typeName">The type they should be of.</param>
    /// <param name="maximumBytes">What a compressed payload may expand to.</param>
    /// <param name="opened">The value; to be disposed if <see cref="EnvelopeStatus.Ok"/>, else the default.</param>
    /// <param name="version">The format's number that is understood.</param>
    public static EnvelopeStatus TryRead(
        ReadOnlySequence<byte> source,
        string key,
        string typeName,
        long maximumBytes,
        out OpenedEnvelope opened,
        byte version = FormatVersion
    )
    {
        opened = default;
        Span<byte> start = stackalloc byte[CoveredAt];
        if (source.Length <= CoveredAt)
        {
            return EnvelopeStatus.Broken;
        }

        source.Slice(0, CoveredAt).CopyTo(start);
        if (start[0] != Magic0 || start[1] != Magic1)
        {
            return EnvelopeStatus.Broken;
        }

        if (start[2] != version)
        {
            return EnvelopeStatus.OtherVersion;
        }

        var covered = source.Slice(CoveredAt);
        if (BinaryPrimitives.ReadUInt64LittleEndian(start[ChecksumAt..]) != Checksum(covered, default))
        {
            return EnvelopeStatus.Broken;
        }

        var fields = new EnvelopeFields();
        var status = fields.Read(covered, key, typeName, out var stored);
        return status == EnvelopeStatus.Ok ? Open(fields, stored, maximumBytes, out opened) : status;
    }

    private static EnvelopeStatus Open(
        in EnvelopeFields fields,
        ReadOnlySequence<byte> stored,
        long maximumBytes,
        out OpenedEnvelope opened
    )
    {
        opened = default;
        var header = fields.Header;
        if ((header.IsNull || header.IsNegative) && fields.PayloadBytes != 0)
        {
            return EnvelopeStatus.Broken;
        }

        if (!fields.IsCompressed)
        {
            opened = new OpenedEnvelope(header, stored, null);
            return stored.Length == fields.PayloadBytes ? EnvelopeStatus.Ok : EnvelopeStatus.Broken;
        }

        if (fields.PayloadBytes > maximumBytes)
        {
            return EnvelopeStatus.Broken;
        }

        var expanded = new PooledWriter();
        if (!Compression.TryExpand(stored, fields.PayloadBytes, expanded))
        {
            expanded.Dispose();
            return EnvelopeStatus.Broken;
        }

        opened = new OpenedEnvelope(header, expanded.Written, expanded);
        return EnvelopeStatus.Ok;
    }

    private static PooledWriter? Pack(ReadOnlySequence<byte> payload, long compressAboveBytes)
    {
        if (compressAboveBytes < 0 || payload.Length <= compressAboveBytes)
        {
            return null;
        }

        var packed = new PooledWriter();
        if (Compression.TryCompress(payload, packed))
        {
            return packed;
        }

        packed.Dispose();
        return null;
    }

    private static ulong Checksum(ReadOnlySequence<byte> head, ReadOnlySequence<byte> rest)
    {
        if (head.IsSingleSegment && rest.IsEmpty)
        {
            return XxHash3.HashToUInt64(head.FirstSpan);
        }

        var hash = _hash ??= new XxHash3();
        hash.Reset();
        foreach (var memory in head)
        {
            hash.Append(memory.Span);
        }

        foreach (var memory in rest)
        {
            hash.Append(memory.Span);
        }

        return hash.GetCurrentHashAsUInt64();
    }

    private static void Append(IBufferWriter<byte> target, ReadOnlySequence<byte> bytes)
    {
        foreach (var memory in bytes)
        {
            target.Write(memory.Span);
        }
    }
}
