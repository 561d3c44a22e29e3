using System.Buffers;
using System.Text;

namespace FileService.Files.Search;

/// <summary>Small questions about UTF-16 text.</summary>
internal static class SearchText
{
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
