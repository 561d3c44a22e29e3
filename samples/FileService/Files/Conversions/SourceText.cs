using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace FileService.Files.Conversions;

/// <summary>Reads what a conversion is given: UTF-8, with or without a byte order mark, and nothing else.</summary>
internal static class SourceText
{
    /// <summary>A decoder that throws <see cref="DecoderFallbackException"/> instead of inventing characters.</summary>
    public static readonly UTF8Encoding StrictUtf8 = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    private const int BlockBytes = 16 << 10;

    /// <summary>The media type in small letters without its parameters.</summary>
    public static string MediaTypeOf(string contentType)
    {
        var end = contentType.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? contentType : contentType[..end]).Trim().ToLowerInvariant();
    }

    /// <summary>The whole text, for conversions that need it in memory.</summary>
    /// <exception cref="ConversionException">It is longer than the bound or not UTF-8.</exception>
    public static async ValueTask<string> ReadAsync(Stream source, int maxBytes, CancellationToken cancellationToken)
    {
        var text = new StringBuilder(); // Grows by small chunks: the text itself is the one large object.
        long length = 0;
        await foreach (var block in BlocksAsync(source, cancellationToken))
        {
            length += block.Length;
            if (length > maxBytes)
            {
                throw new ConversionException(
                    $"The content is larger than {maxBytes >> 20} MiB, the most this conversion takes."
                );
            }

            text.Append(Encoding.UTF8.GetString(block.Span));
        }

        return text.ToString();
    }

    /// <summary>Copies text of any length in blocks, checking that it is UTF-8 before a block is passed on.</summary>
    /// <exception cref="ConversionException">It is not UTF-8.</exception>
    public static async ValueTask CopyAsync(Stream source, Stream destination, CancellationToken cancellationToken)
    {
        await foreach (var block in BlocksAsync(source, cancellationToken))
        {
            await destination.WriteAsync(block, cancellationToken);
        }
    }

    /// <summary>The text in pieces of whole characters, without its byte order mark; a piece is good until the next.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> BlocksAsync(
        Stream source,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            long passed = 0;
            for (var (kept, isLast) = (0, false); !isLast; )
            {
                var rest = buffer.AsMemory(kept, BlockBytes - kept);
                var read = await source.ReadAtLeastAsync(rest, rest.Length, false, cancellationToken);
                var filled = kept + read;
                isLast = read < rest.Length;
                var whole = isLast ? filled : WholeRunes(buffer.AsSpan(0, filled));
                CheckUtf8(buffer.AsSpan(0, whole), passed);

                var mark = passed == 0 && buffer.AsSpan(0, whole).StartsWith(Encoding.UTF8.Preamble) ? 3 : 0;
                yield return buffer.AsMemory(mark, whole - mark);
                passed += whole;
                kept = filled - whole;
                buffer.AsSpan(whole, kept).CopyTo(buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The one sentence for text that is not UTF-8.</summary>
    public static ConversionException NotUtf8(Exception? inner = null, long? atByte = null) =>
        new($"The content is not valid UTF-8 text{(atByte is null ? "" : $" (at byte {atByte})")}.", inner: inner);

    private static void CheckUtf8(ReadOnlySpan<byte> bytes, long before)
    {
        if (!Utf8.IsValid(bytes))
        {
            var at = before;
            while (Rune.DecodeFromUtf8(bytes, out _, out var consumed) == OperationStatus.Done)
            {
                at += consumed;
                bytes = bytes[consumed..];
            }

            throw NotUtf8(atByte: at);
        }
    }

    private static int WholeRunes(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            if ((bytes[^back] & 0xC0) != 0x80)
            {
                return (bytes[^back] & 0x80) == 0 ? bytes.Length : bytes.Length - back;
            }
        }

        return bytes.Length;
    }
}
