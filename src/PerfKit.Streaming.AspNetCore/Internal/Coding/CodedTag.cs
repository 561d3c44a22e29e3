using System.Buffers;

namespace PerfKit.Streaming.Internal.Coding;

/// <summary>
/// The tag of a coded representation: <c>tag-br-0123456789abcdef</c>, where the digits begin the SHA-256 of the coded bytes. The same
/// tag means the same bytes, whichever machine coded them.
/// </summary>
internal static class CodedTag
{
    private const int Digits = 16;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    public static string Of(string tag, ContentCoding coding, ContentHash coded)
    {
        Span<char> digits = stackalloc char[ContentHash.TextLength];
        coded.TryFormat(digits, out _);
        return $"{tag}-{coding.Name()}-{digits[..Digits]}";
    }

    /// <summary>Whether a tag, without quotes, is one of a coding of the content with <paramref name="tag"/>.</summary>
    public static bool IsOf(ReadOnlySpan<char> coded, string tag, ContentCoding coding)
    {
        var name = coding.Name();
        if (
            coded.Length != tag.Length + name.Length + Digits + 2
            || !coded.StartsWith(tag, StringComparison.Ordinal)
            || coded[tag.Length] != '-'
            || coded[^(Digits + 1)] != '-'
        )
        {
            return false;
        }

        return coded[(tag.Length + 1)..].StartsWith(name, StringComparison.Ordinal)
            && !coded[^Digits..].ContainsAnyExcept(HexDigits);
    }
}
