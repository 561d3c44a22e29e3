using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace FileService.Files.Search;

/// <summary>
/// The text of a file for the search index, judged by its bytes, not by its declared type: UTF-8 without NUL in its first
/// 8 KiB, or UTF-16 with a byte order mark. HTML, SVG and XML are indexed as they are written.
/// </summary>
internal static class TextExtractor
{
    /// <summary>Bytes of content that are indexed; what follows in a longer file is not searched.</summary>
    public const int MaxBytes = 4 << 20;

    private const int SniffBytes = 8 << 10;
    private const int UncheckedChars = 100_000; // So short a text cannot fill the token budget: at most 8 bytes a character.

    private static readonly UnicodeEncoding LittleEndian = new(false, false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding BigEndian = new(true, false, throwOnInvalidBytes: true);

    /// <summary>
    /// Reads at most 4 MiB; null when it is not text. The text is in form C, has no U+0000, and ends where the index's
    /// token budget ends, so that what is stored and what is indexed agree.
    /// </summary>
    public static async ValueTask<string?> TryExtractAsync(Stream content, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(SniffBytes);
        try
        {
            var (length, wanted) = (0, SniffBytes);
            while (true)
            {
                var rest = buffer.AsMemory(length, wanted - length);
                length += await content.ReadAtLeastAsync(rest, rest.Length, false, cancellationToken);
                if (wanted == SniffBytes && !LooksLikeText(buffer.AsSpan(0, length)))
                {
                    return null;
                }

                if (length < wanted || wanted == MaxBytes)
                {
                    return Decode(buffer.AsSpan(0, length), isCut: length == MaxBytes);
                }

                wanted = Math.Min(MaxBytes, wanted * 8);
                var larger = ArrayPool<byte>.Shared.Rent(wanted);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool LooksLikeText(ReadOnlySpan<byte> head) =>
        Utf16Of(head) is not null || (!head.Contains((byte)0) && Utf8.IsValid(CutAtRune(head)));

    private static string? Decode(ReadOnlySpan<byte> bytes, bool isCut)
    {
        string text;
        if (Utf16Of(bytes) is { } utf16)
        {
            if (TryDecodeUtf16(bytes[2..], utf16, isCut) is not { } decoded)
            {
                return null;
            }

            text = decoded;
        }
        else
        {
            bytes = isCut ? CutAtRune(bytes) : bytes;
            if (!Utf8.IsValid(bytes))
            {
                return null;
            }

            text = Encoding.UTF8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes);
        }

        return CutAtBudget(Nfc.Normalize(text.Replace('\0', ' ')));
    }

    private static UnicodeEncoding? Utf16Of(ReadOnlySpan<byte> bytes) =>
        bytes switch
        {
            [0xFF, 0xFE, ..] => LittleEndian,
            [0xFE, 0xFF, ..] => BigEndian,
            _ => null,
        };

    private static string? TryDecodeUtf16(ReadOnlySpan<byte> bytes, UnicodeEncoding encoding, bool isCut)
    {
        try
        {
            var text = encoding.GetString(bytes);
            return text.AsSpan(0, Math.Min(text.Length, SniffBytes / 2)).Contains('\0') ? null : text;
        }
        catch (DecoderFallbackException) when (isCut && bytes.Length > 2)
        {
            return TryDecodeUtf16(bytes[..^2], encoding, isCut: false); // The cut may have parted a surrogate pair.
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Drops the last rune when the block may have ended within it: at most three bytes.</summary>
    private static ReadOnlySpan<byte> CutAtRune(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            if ((bytes[^back] & 0xC0) != 0x80)
            {
                return (bytes[^back] & 0x80) == 0 ? bytes : bytes[..^back];
            }
        }

        return bytes;
    }

    private static string CutAtBudget(string text) =>
        text.Length <= UncheckedChars ? text : text[..new TermCollector().AddText(text)];
}
