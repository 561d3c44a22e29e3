using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace PerfKit.Streaming.Internal.Coding;

/// <summary>
/// The tag of a coded representation: <c>"tag-br-0123456789abcdef"</c>, where the digits begin the SHA-256 of the coded bytes. The
/// same tag means the same bytes, whichever machine coded them. Tags are as in their fields, with quotes.
/// </summary>
internal static class CodedTag
{
    private const int Digits = 16;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    public static string Of(string tag, ContentCoding coding, ContentHash coded)
    {
        Span<char> digits = stackalloc char[ContentHash.TextLength];
        coded.TryFormat(digits, out _);
        return $"{tag.AsSpan(..^1)}-{coding.Name()}-{digits[..Digits]}\"";
    }

    /// <summary>
    /// The first tag in a field that is one of an accepted coding of the content; identity when there is none. Reads leniently:
    /// whether the field holds is judged elsewhere.
    /// </summary>
    public static (ContentCoding Coding, string? Tag) Find(StringValues field, string tag, AcceptedCodings accepted)
    {
        foreach (var line in field)
        {
            for (var list = line.AsSpan(); TryTake(ref list, out var named); )
            {
                if (CodingOf(named, tag) is { } coding && accepted.Contains(coding))
                {
                    return (coding, named.ToString());
                }
            }
        }

        return (ContentCoding.Identity, null);
    }

    /// <summary>Whether a field names exactly this tag.</summary>
    public static bool Holds(StringValues field, string tag)
    {
        foreach (var line in field)
        {
            for (var list = line.AsSpan(); TryTake(ref list, out var named); )
            {
                if (named.SequenceEqual(tag))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The coding whose tag this is, if it is one of the content with <paramref name="tag"/>.</summary>
    internal static ContentCoding? CodingOf(ReadOnlySpan<char> coded, string tag)
    {
        var stem = tag.Length - 1; // Without the closing quote.
        if (!coded.StartsWith(tag.AsSpan(0, stem), StringComparison.Ordinal) || coded.Length < stem + Digits + 1)
        {
            return null;
        }

        if (coded[^(Digits + 1)..^1].ContainsAnyExcept(HexDigits))
        {
            return null;
        }

        return coded[stem..^(Digits + 1)] switch
        {
            "-br-" => ContentCoding.Brotli,
            "-gzip-" => ContentCoding.Gzip,
            _ => null,
        };
    }

    private static bool TryTake(ref ReadOnlySpan<char> list, out ReadOnlySpan<char> named)
    {
        var start = list.IndexOf('"');
        var length = start < 0 ? -1 : list[(start + 1)..].IndexOf('"');
        if (length < 0)
        {
            named = default;
            return false;
        }

        named = list.Slice(start, length + 2);
        list = list[(start + length + 2)..];
        return true;
    }
}
