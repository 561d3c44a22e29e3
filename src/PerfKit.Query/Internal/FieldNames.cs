using System.Globalization;
using System.Text;

namespace PerfKit.Query.Internal;

/// <summary>Public names of fields: what they may be, and the sentences for callers who name others.</summary>
internal static class FieldNames
{
    private const int MaxChars = 63; // As identifiers in PostgreSQL.
    private const int QuotedChars = 64;

    /// <exception cref="ArgumentException">The program's name cannot stand in a list of names.</exception>
    public static void Check(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name.Length > MaxChars || name.Any(static c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.')))
        {
            throw new ArgumentException(
                $"The field name '{name}' may hold letters, digits, '_' and '.' only, at most {MaxChars}.",
                nameof(name)
            );
        }
    }

    /// <summary>What is said of a name that is none, or that is none for this caller: the same.</summary>
    public static string Unknown(
        string parameter,
        ReadOnlySpan<char> name,
        IEnumerable<string> known,
        Func<string, bool>? isAllowed
    ) =>
        $"{parameter} names the unknown field '{Quote(name)}'; known are "
        + $"{string.Join(", ", isAllowed is null ? known : known.Where(isAllowed))}.";

    /// <summary>What is said of a place without a name.</summary>
    public static string Missing(string parameter, int position) =>
        $"{parameter} has no field name at position {position}: part names by single commas.";

    /// <summary>A caller's text as a sentence may show it: short, and without what steers terminals, logs and eyes.</summary>
    private static string Quote(ReadOnlySpan<char> text)
    {
        var quoted = new StringBuilder();
        foreach (var rune in text.EnumerateRunes()) // Half a surrogate pair comes as the replacement character.
        {
            if (quoted.Length + rune.Utf16SequenceLength > QuotedChars)
            {
                return quoted.Append("...").ToString();
            }

            quoted.Append(Steers(rune) ? Rune.ReplacementChar : rune);
        }

        return quoted.ToString();
    }

    private static bool Steers(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;
}
