using System.Buffers;
using System.Text;
using PerfKit.Internal;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>What text has to be, and how much of it is searched.</summary>
public static class SearchText
{
    private const int UncheckedChars = 100_000; // So short a text cannot fill the index: at most 8 bytes a character.

    /// <summary>
    /// Unicode's form C, so that "é" typed as one character finds "é" stored as two; also without ICU, where .NET's own
    /// Normalize returns its input. Text that is in form C already, as most is, is returned as it is.
    /// </summary>
    public static string Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Nfc.Normalize(text);
    }

    /// <summary>Whether every half of a surrogate pair has its other half.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text) => LoneSurrogate.IndexIn(text) < 0;

    /// <summary>
    /// How many characters of a text are indexed: all, unless its distinct words with their places take more than 900,000
    /// bytes, as a PostgreSQL tsvector holds 1 MiB. Linear in the length above 100,000 characters.
    /// </summary>
    public static int IndexedLength(ReadOnlySpan<char> text) =>
        text.Length <= UncheckedChars ? text.Length : new TermCollector().AddText(text);
}
