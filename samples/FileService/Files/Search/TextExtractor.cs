using System.Buffers;
using System.Text;
using System.Text.Unicode;
using PerfKit.Query;

namespace FileService.Files.Search;

/// <summary>
/// The text of a file for the search index, judged by its bytes, not by its declared type: UTF-8 without NUL in its first
/// 8 KiB, or UTF-16 with a byte order mark. HTML, SVG and XML are indexed as they are written.
/// </summary>
internal static class TextExtractor
{
    /// <summary>Bytes of content that are indexed; what follows in a longer file is not searched.</summary>
    public const int MaxBytes = 4 << 20;

    private const int BlockBytes = 8 << 10; // Read and decoded at a time; the first block decides what the content is.
    private const int CharsAtATime = 1 << 10;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding LittleEndian = new(false, false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding BigEndian = new(true, false, throwOnInvalidBytes: true);

    /// <summary>
    /// Reads at most 4 MiB in small pooled blocks: the text itself is the one large object that is made. Null when it is not
    /// text. The text is in form C, has no U+0000, and ends where the index's token budget ends, so that what is stored and
    /// what is indexed agree.
    /// </summary>
    public static async ValueTask<string?> TryExtractAsync(Stream content, CancellationToken cancellationToken)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            var block = bytes.AsMemory(0, BlockBytes);
            var head = await content.ReadAtLeastAsync(block, BlockBytes, false, cancellationToken);
            return LooksLikeText(bytes.AsSpan(0, head))
                ? await ReadAsync(content, block, head, cancellationToken)
                : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static async ValueTask<string?> ReadAsync(
        Stream content,
        Memory<byte> block,
        int length,
        CancellationToken cancellationToken
    )
    {
        var utf16 = Utf16Of(block.Span[..length]);
        var decoder = (utf16 ?? (Encoding)StrictUtf8).GetDecoder();
        var text = new StringBuilder(length);
        var mark = MarkBytes(block.Span[..length]);
        try
        {
            Append(text, decoder, block.Span[mark..length]);
            if (HasNul(text))
            {
                return null;
            }

            var total = length;
            while (length == BlockBytes && total < MaxBytes)
            {
                length = await content.ReadAtLeastAsync(block, BlockBytes, false, cancellationToken);
                total += length;
                Append(text, decoder, block.Span[..length]);
            }

            if (total < MaxBytes)
            {
                decoder.GetChars([], [], flush: true); // A cut may part a character; an end must not.
            }
        }
        catch (DecoderFallbackException)
        {
            return null;
        }

        var indexed = SearchText.Normalize(text.Replace('\0', ' ').ToString());
        return indexed[..SearchText.IndexedLength(indexed)];
    }

    private static void Append(StringBuilder text, Decoder decoder, ReadOnlySpan<byte> bytes)
    {
        Span<char> chars = stackalloc char[CharsAtATime];
        while (!bytes.IsEmpty)
        {
            decoder.Convert(bytes, chars, flush: false, out var used, out var made, out _);
            text.Append(chars[..made]);
            bytes = bytes[used..];
        }
    }

    private static bool LooksLikeText(ReadOnlySpan<byte> head) =>
        Utf16Of(head) is not null || (!head.Contains((byte)0) && Utf8.IsValid(CutAtRune(head)));

    private static UnicodeEncoding? Utf16Of(ReadOnlySpan<byte> bytes) =>
        bytes switch
        {
            [0xFF, 0xFE, ..] => LittleEndian,
            [0xFE, 0xFF, ..] => BigEndian,
            _ => null,
        };

    private static int MarkBytes(ReadOnlySpan<byte> head) =>
        Utf16Of(head) is not null ? 2
        : head.StartsWith(Encoding.UTF8.Preamble) ? 3
        : 0;

    private static bool HasNul(StringBuilder text)
    {
        foreach (var chunk in text.GetChunks())
        {
            if (chunk.Span.Contains('\0'))
            {
                return true;
            }
        }

        return false;
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
}
