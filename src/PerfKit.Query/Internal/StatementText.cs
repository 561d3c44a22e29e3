using System.Text;

namespace PerfKit.Query.Internal;

/// <summary>What a statement's text says of it.</summary>
internal static class StatementText
{
    private const int MaxShown = 200;

    private static readonly string[] NotCounted =
    [
        "begin",
        "start transaction",
        "commit",
        "end",
        "rollback",
        "abort",
        "savepoint",
        "release",
        "pragma",
        "set ",
        "discard",
    ];

    /// <summary>
    /// Transactions, settings and a text that the driver kept to itself repeat without being a loop of queries; not so where
    /// another statement follows in the text.
    /// </summary>
    public static bool Counts(ReadOnlySpan<char> text)
    {
        var trimmed = text.Trim().TrimEnd(';');
        foreach (var start in NotCounted)
        {
            if (trimmed.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            {
                return trimmed.Contains(';');
            }
        }

        return trimmed.Length > 0;
    }

    /// <summary>The text with <c>?</c> in the place of numbers and quoted texts; names keep their digits.</summary>
    /// <param name="text">The statement.</param>
    /// <param name="buffer">As long as the text; the result lies in it.</param>
    public static ReadOnlySpan<char> WithoutValues(ReadOnlySpan<char> text, Span<char> buffer)
    {
        var length = 0;
        for (var i = 0; i < text.Length; )
        {
            var end = EndOfToken(text, i);
            if (text[i] == '\'' || char.IsAsciiDigit(text[i]))
            {
                buffer[length++] = '?';
            }
            else
            {
                text[i..end].CopyTo(buffer[length..]);
                length += end - i;
            }

            i = end;
        }

        return buffer[..length];
    }

    private static int EndOfToken(ReadOnlySpan<char> text, int start)
    {
        var rest = text[start..];
        var length = rest[0] switch
        {
            '\'' => Through(rest, "'", 1),
            '"' => Through(rest, "\"", 1),
            '-' when rest.StartsWith("--", StringComparison.Ordinal) => Through(rest, "\n", 2),
            '/' when rest.StartsWith("/*", StringComparison.Ordinal) => Through(rest, "*/", 2),
            var c when IsWord(c) => Word(rest),
            _ => 1,
        };
        return start + length;
    }

    /// <summary>The length up to and with the end; a doubled quote is two tokens side by side.</summary>
    private static int Through(ReadOnlySpan<char> text, string end, int from) =>
        text[from..].IndexOf(end, StringComparison.Ordinal) is >= 0 and var at ? from + at + end.Length : text.Length;

    private static int Word(ReadOnlySpan<char> text)
    {
        var length = 1;
        while (length < text.Length && (IsWord(text[length]) || text[length] == '.'))
        {
            length++;
        }

        return length;
    }

    /// <summary>Of a name, a number or a parameter.</summary>
    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '@' or '$' or ':' or '#';

    /// <summary>On one line, cut after 200 characters.</summary>
    public static string Short(string text)
    {
        var shown = new StringBuilder(MaxShown);
        foreach (var c in text.AsSpan().Trim())
        {
            if (shown.Length == MaxShown)
            {
                return shown.Append("...").ToString();
            }

            var space = char.IsWhiteSpace(c) || char.IsControl(c);
            if (!space)
            {
                shown.Append(c);
            }
            else if (shown.Length > 0 && shown[^1] != ' ')
            {
                shown.Append(' ');
            }
        }

        return shown.ToString();
    }
}
