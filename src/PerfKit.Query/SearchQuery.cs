using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PerfKit.Query;

/// <summary>
/// A parsed word search: 1 to 16 words of at most 256 characters together. A document matches when every word is a token of
/// its title or its text; the last word also matches as the beginning of a token. Any text is safe: words are letters and
/// digits, whatever the caller typed.
/// </summary>
public sealed class SearchQuery
{
    /// <summary>The most words a query may have, after camelCase humps are split.</summary>
    public const int MaxWords = 16;

    /// <summary>The most characters a query may have.</summary>
    public const int MaxChars = 256;

    /// <summary>The most matches that are ranked; with more, an answer covers so many of them and says it is partial.</summary>
    public const int MaxRanked = 1_000;

    private readonly string[] _words;

    private SearchQuery(string[] words) => _words = words;

    /// <summary>The folded words in the order they were typed.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>Parses what a caller typed.</summary>
    /// <param name="q">Any text.</param>
    /// <param name="query">The query, or null.</param>
    /// <param name="error">A sentence for the caller that begins with <c>q</c>, or null.</param>
    public static bool TryParse(
        string? q,
        [NotNullWhen(true)] out SearchQuery? query,
        [NotNullWhen(false)] out string? error
    )
    {
        query = null;
        if (!TryClean(q, out var text, out error))
        {
            return false;
        }

        var words = SearchTokenizer.List(text);
        if (words.Count is 0 or > MaxWords)
        {
            error =
                words.Count == 0
                    ? "q holds no letter and no digit to search for."
                    : $"q has {words.Count} words; at most {MaxWords} are searched at once.";
            return false;
        }

        query = new SearchQuery([.. words]);
        return true;
    }

    /// <summary>Parses the needle of a substring search: 1 to 256 characters, brought to form C as the indexed text is.</summary>
    /// <param name="q">Any text.</param>
    /// <param name="needle">The needle, or null.</param>
    /// <param name="error">A sentence for the caller that begins with <c>q</c>, or null.</param>
    public static bool TryParseSubstring(
        string? q,
        [NotNullWhen(true)] out string? needle,
        [NotNullWhen(false)] out string? error
    ) => TryClean(q, out needle, out error);

    /// <summary>Whether a document matches, found by reading it: the naive way, linear in the text, which is in form C.</summary>
    public bool Matches(string title, string? text)
    {
        var missing = (1 << _words.Length) - 1;
        return Strike(title, ref missing) || Strike(text, ref missing);
    }

    private static bool TryClean(
        string? q,
        [NotNullWhen(true)] out string? text,
        [NotNullWhen(false)] out string? error
    )
    {
        text = null;
        if (string.IsNullOrWhiteSpace(q))
        {
            error = "q is missing: give the words to search for.";
        }
        else if (q.Length > MaxChars)
        {
            error =
                $"q has {q.Length.ToString(CultureInfo.InvariantCulture)} characters; at most {MaxChars} are allowed.";
        }
        else if (q.Contains('\0', StringComparison.Ordinal) || !SearchText.IsWellFormed(q))
        {
            error = "q holds a NUL character or half of a surrogate pair.";
        }
        else
        {
            text = SearchText.Normalize(q);
            error = null;
            return true;
        }

        return false;
    }

    private bool Strike(ReadOnlySpan<char> text, ref int missing)
    {
        Span<char> buffer = stackalloc char[SearchTokenizer.MaxTokenBytes];
        foreach (var (start, length) in SearchTokenizer.Enumerate(text))
        {
            ReadOnlySpan<char> token = buffer[..SearchTokenizer.Fold(text.Slice(start, length), buffer)];
            for (var i = 0; i < _words.Length; i++)
            {
                var isLast = i == _words.Length - 1;
                if (isLast ? token.StartsWith(_words[i], StringComparison.Ordinal) : token.SequenceEqual(_words[i]))
                {
                    missing &= ~(1 << i);
                }
            }

            if (missing == 0)
            {
                return true;
            }
        }

        return false;
    }
}
