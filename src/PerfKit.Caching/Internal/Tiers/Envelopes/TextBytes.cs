using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using PerfKit.Internal;

namespace PerfKit.Caching.Internal;

/// <summary>
/// Text as bytes that give exactly the same text back: UTF-8, or, where the text holds half of a surrogate pair, which UTF-8
/// cannot say, a byte 0xFF, which UTF-8 never begins with, and UTF-16 in little endian.
/// </summary>
internal static class TextBytes
{
    private const byte Utf16Mark = 0xFF;
    private const int PieceBytes = 4096;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>How many bytes <see cref="Write"/> writes.</summary>
    public static long LengthOf(string text) =>
        LoneSurrogate.IndexIn(text) >= 0 ? 1 + (2L * text.Length) : Encoding.UTF8.GetByteCount(text);

    public static void Write(string text, IBufferWriter<byte> target)
    {
        if (LoneSurrogate.IndexIn(text) >= 0)
        {
            target.Write([Utf16Mark]);
            WriteUtf16(text, target);
            return;
        }

        for (ReadOnlySpan<char> rest = text; !rest.IsEmpty; )
        {
            var span = target.GetSpan(Math.Min(rest.Length, PieceBytes) + 4); // One code point fits, so each turn goes on.
            var status = Utf8.FromUtf16(rest, span, out var read, out var written);
            Debug.Assert(status != OperationStatus.InvalidData, "looked at before");
            target.Advance(written);
            rest = rest[read..];
        }
    }

    /// <summary>Throws <see cref="ArgumentException"/> on bytes that <see cref="Write"/> does not make.</summary>
    public static string Read(ReadOnlySequence<byte> source)
    {
        if (!new SequenceReader<byte>(source).TryPeek(out var first) || first != Utf16Mark)
        {
            return Strict.GetString(source);
        }

        var units = source.Slice(1);
        if (units.Length % sizeof(char) != 0)
        {
            throw new ArgumentException("The bytes are no text: the last UTF-16 unit is cut.", nameof(source));
        }

        return string.Create(
            (int)(units.Length / sizeof(char)),
            units,
            static (text, units) =>
            {
                units.CopyTo(MemoryMarshal.AsBytes(text));
                ToLittleEndian(text);
            }
        );
    }

    /// <summary>The same without an exception.</summary>
    public static bool TryRead(ReadOnlySequence<byte> source, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = Read(source);
            return true;
        }
        catch (ArgumentException)
        {
            text = null; // Only bytes that somebody forged come here: a checksum stands before them.
            return false;
        }
    }

    /// <summary>Whether the next bytes are this text, and goes past them if so; allocates nothing.</summary>
    public static bool IsNext(ref SequenceReader<byte> reader, string text)
    {
        Span<byte> piece = stackalloc byte[256];
        if (LoneSurrogate.IndexIn(text) >= 0)
        {
            return reader.IsNext(Utf16Mark, advancePast: true) && IsNextUtf16(ref reader, text);
        }

        for (ReadOnlySpan<char> rest = text; !rest.IsEmpty; )
        {
            Utf8.FromUtf16(rest, piece, out var read, out var written);
            if (!reader.IsNext(piece[..written], advancePast: true))
            {
                return false;
            }

            rest = rest[read..];
        }

        return true;
    }

    private static bool IsNextUtf16(ref SequenceReader<byte> reader, string text)
    {
        Span<char> piece = stackalloc char[128];
        for (ReadOnlySpan<char> rest = text; !rest.IsEmpty; )
        {
            var part = piece[..Math.Min(rest.Length, piece.Length)];
            rest[..part.Length].CopyTo(part);
            ToLittleEndian(part);
            if (!reader.IsNext(MemoryMarshal.AsBytes(part), advancePast: true))
            {
                return false;
            }

            rest = rest[part.Length..];
        }

        return true;
    }

    private static void WriteUtf16(ReadOnlySpan<char> rest, IBufferWriter<byte> target)
    {
        while (!rest.IsEmpty)
        {
            var count = Math.Min(rest.Length, PieceBytes / sizeof(char));
            var part = MemoryMarshal.Cast<byte, char>(target.GetSpan(count * sizeof(char)))[..count];
            rest[..count].CopyTo(part);
            ToLittleEndian(part);
            target.Advance(count * sizeof(char));
            rest = rest[count..];
        }
    }

    private static void ToLittleEndian(Span<char> text)
    {
        if (!BitConverter.IsLittleEndian)
        {
            var units = MemoryMarshal.Cast<char, ushort>(text);
            BinaryPrimitives.ReverseEndianness(units, units);
        }
    }
}
