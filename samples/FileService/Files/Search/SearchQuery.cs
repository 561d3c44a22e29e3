using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace FileService.Files.Search;

/// <summary>
/// A parsed word search: 1 to 16 words of at most 256 characters together. A file matches when every word is a token of
/// its path or its text; the last word also matches as the beginning of a token.
/// </summary>
internal sealed class SearchQuery
{
    /// <summary>The most words a query may have, after camelCase humps are split.</summary>
    public const int MaxWords = 16;

    /// <summary>The most characters a query may have.</summary>
    public const int MaxChars = 256;

    private readonly string[] _words;

    private SearchQuery(string[] words) => _words = words;

    /// <summary>The folded words in the order they were typed.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>Parses words; the error is a sentence that names the fault.</summary>
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
    public static bool TryParseSubstring(
        string? q,
        [NotNullWhen(true)] out string? needle,
        [NotNullWhen(false)] out string? error
    ) => TryClean(q, out needle, out error);

    /// <summary>The query in PostgreSQL's tsquery syntax, to be cast: <c>'file' &amp; 'serv':*</c>. Safe: words are letters and digits.</summary>
    public string ToTsQuery() => string.Join(" & ", _words.Select(static word => $"'{word}'")) + ":*";

    /// <summary>The query in FTS5's MATCH syntax: <c>"file" AND "serv"*</c>. Safe: words are letters and digits.</summary>
    public string ToFts5() => string.Join(" AND ", _words.Select(static word => $"\"{word}\"")) + "*";

    /// <summary>Whether the file matches, found by reading it: the naive way, linear in the text.</summary>
    public bool Matches(string path, string? text)
    {
        var missing = (1 << _words.Length) - 1;
        return Strike(path, ref missing) || Strike(text, ref missing);
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
            text = Nfc.Normalize(q);
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
