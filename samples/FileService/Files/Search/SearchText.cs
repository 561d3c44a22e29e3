using System.Buffers;
using System.Text;

namespace FileService.Files.Search;

/// <summary>Small questions about UTF-16 text.</summary>
internal static class SearchText
{
    /// <summary>The text up to the first half of a surrogate pair that was cut at its end.</summary>
    public static ReadOnlyMemory<char> WithoutHalfPair(ReadOnlyMemory<char> text) =>
        text.Length > 0 && char.IsHighSurrogate(text.Span[^1]) ? text[..^1] : text;

    /// <summary>Whether every surrogate has its pair.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var at)
        {
            if (Rune.DecodeFromUtf16(text[at..], out _, out var consumed) != OperationStatus.Done)
            {
                return false;
            }

            text = text[(at + consumed)..];
        }

        return true;
    }
}
