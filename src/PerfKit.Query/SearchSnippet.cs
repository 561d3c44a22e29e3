using System.Text;

namespace PerfKit.Query;

/// <summary>
/// The passage of a text that shows why it was found, HTML-escaped, with <c>&lt;mark&gt;</c> around what matched. Candidates
/// come from a vectorised search for the word, so a 15 KiB text costs microseconds wherever the match is.
/// </summary>
public static class SearchSnippet
{
    /// <summary>How many characters of the text a snippet shows unless told otherwise.</summary>
    public const int DefaultChars = 160;

    private const int LeadShare = 4; // A quarter of the window is shown before the first match.
    private const int MatchesPerWord = 8;
    private const int MaxCandidates = 20_000; // Places per word that are looked at in one text.
    private const int SnapChars = 16; // How far a cut moves to stand between words.

    /// <summary>The passage with the most distinct words of the query; the title when only it matches.</summary>
    /// <param name="title">The title or path.</param>
    /// <param name="text">The text, in form C for its matches to be marked. Give the beginning of a long one to bound the cost.</param>
    /// <param name="query">The words.</param>
    /// <param name="maxChars">How many characters of the text are shown at most, without tags and escapes.</param>
    public static string Words(
        ReadOnlySpan<char> title,
        ReadOnlySpan<char> text,
        SearchQuery query,
        int maxChars = DefaultChars
    )
    {
        var matches = new List<Match>();
        Find(text, query, matches);
        if (matches.Count > 0)
        {
            return Render(text, BestStart(matches, maxChars), matches, maxChars);
        }

        Find(title, query, matches);
        return matches.Count == 0 && text.Length > 0
            ? Render(text, 0, matches, maxChars)
            : Render(title, 0, matches, maxChars);
    }

    /// <summary>The passage around the first place of the needle, letter case ignored; the title when only it holds it.</summary>
    /// <param name="title">The title or path.</param>
    /// <param name="text">The text, in form C for its matches to be marked.</param>
    /// <param name="needle">What <see cref="SearchQuery.TryParseSubstring"/> made of the caller's text.</param>
    /// <param name="maxChars">How many characters of the text are shown at most, without tags and escapes.</param>
    public static string Substring(
        ReadOnlySpan<char> title,
        ReadOnlySpan<char> text,
        string needle,
        int maxChars = DefaultChars
    )
    {
        var matches = new List<Match>();
        var source = text.Contains(needle, StringComparison.OrdinalIgnoreCase) ? text : title;
        for (var from = 0; matches.Count < MatchesPerWord; from = matches[^1].End)
        {
            var at = source[from..].IndexOf(needle, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                break;
            }

            matches.Add(new Match(from + at, needle.Length, 0));
        }

        return Render(source, matches.Count == 0 ? 0 : matches[0].Start, matches, maxChars);
    }

    private static void Find(ReadOnlySpan<char> text, SearchQuery query, List<Match> matches)
    {
        for (var i = 0; i < query.Words.Count; i++)
        {
            FindWord(text, query.Words[i], i, isPrefix: i == query.Words.Count - 1, matches);
        }

        matches.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.Length.CompareTo(a.Length));
    }

    private static void FindWord(ReadOnlySpan<char> text, string word, int number, bool isPrefix, List<Match> matches)
    {
        Span<char> buffer = stackalloc char[SearchTokenizer.MaxTokenBytes];
        var found = 0;
        var from = 0;
        for (var tried = 0; tried < MaxCandidates && found < MatchesPerWord; tried++)
        {
            var at = text[from..].IndexOf(word, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                return;
            }

            at += from;
            from = at + 1;
            if (!SearchTokenizer.IsTokenStart(text, at))
            {
                continue;
            }

            var tokens = SearchTokenizer.Enumerate(text[at..]);
            tokens.MoveNext();
            var length = tokens.Current.Length;
            ReadOnlySpan<char> token = buffer[..SearchTokenizer.Fold(text.Slice(at, length), buffer)];
            if (isPrefix ? token.StartsWith(word, StringComparison.Ordinal) : token.SequenceEqual(word))
            {
                matches.Add(new Match(at, length, number));
                found++;
                from = at + length;
            }
        }
    }

    /// <summary>The match from which the window holds the most distinct words; the first of equals.</summary>
    private static int BestStart(List<Match> matches, int maxChars)
    {
        var (best, bestWords) = (0, 0);
        for (var first = 0; first < matches.Count; first++)
        {
            var words = 0;
            for (
                var i = first;
                i < matches.Count && matches[i].End <= matches[first].Start + maxChars - (maxChars / LeadShare);
                i++
            )
            {
                words |= 1 << matches[i].Word;
            }

            if (int.PopCount(words) > bestWords)
            {
                (best, bestWords) = (first, int.PopCount(words));
            }
        }

        return matches[best].Start;
    }

    private static string Render(ReadOnlySpan<char> text, int firstMatch, List<Match> matches, int maxChars)
    {
        var start = SnapForward(text, Math.Max(0, firstMatch - (maxChars / LeadShare)), firstMatch);
        var end = SnapBack(text, Math.Min(text.Length, start + maxChars), firstMatch);
        var html = new StringBuilder(maxChars + 64);
        html.Append(start > 0 ? "… " : "");

        var at = start;
        foreach (var match in matches)
        {
            if (match.Start < at || match.Start >= end)
            {
                continue; // Outside the window, or inside a match already marked.
            }

            AppendEscaped(html, text.Slice(at, match.Start - at));
            at = Math.Min(match.End, end);
            html.Append("<mark>");
            AppendEscaped(html, text.Slice(match.Start, at - match.Start));
            html.Append("</mark>");
        }

        AppendEscaped(html, text.Slice(at, end - at));
        return html.Append(end < text.Length ? " …" : "").ToString();
    }

    private static int SnapForward(ReadOnlySpan<char> text, int start, int limit)
    {
        if (start == 0)
        {
            return 0;
        }

        var space = text.Slice(start, Math.Min(SnapChars, limit - start)).IndexOfAny(' ', '\n', '\t');
        start = space >= 0 ? start + space + 1 : start;
        return start < limit && char.IsLowSurrogate(text[start]) ? start + 1 : start;
    }

    private static int SnapBack(ReadOnlySpan<char> text, int end, int limit)
    {
        if (end == text.Length)
        {
            return end;
        }

        var from = Math.Max(limit, end - SnapChars);
        var space = end > from ? text.Slice(from, end - from).LastIndexOfAny(' ', '\n', '\t') : -1;
        end = space > 0 ? from + space : end;
        return end > 0 && char.IsHighSurrogate(text[end - 1]) ? end - 1 : end;
    }

    /// <summary>Escapes for HTML; runs of white space and control characters become one space.</summary>
    private static void AppendEscaped(StringBuilder html, ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c))
            {
                if (html.Length == 0 || html[^1] != ' ')
                {
                    html.Append(' ');
                }

                continue;
            }

            _ = c switch
            {
                '<' => html.Append("&lt;"),
                '>' => html.Append("&gt;"),
                '&' => html.Append("&amp;"),
                '"' => html.Append("&quot;"),
                '\'' => html.Append("&#39;"),
                _ => html.Append(c),
            };
        }
    }

    private readonly record struct Match(int Start, int Length, int Word)
    {
        public int End => Start + Length;
    }
}
