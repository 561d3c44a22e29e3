using System.Text;

namespace PerfKit.Query.Internal;

/// <summary>Words as FTS5 takes them.</summary>
internal static class Fts5Terms
{
    /// <summary>
    /// The content of a column with <c>tokenize = 'ascii'</c>: folded words parted by one space, repeats kept, as that
    /// tokenizer splits at the space alone and bm25 counts the repeats.
    /// </summary>
    public static string Join(ReadOnlySpan<char> text)
    {
        var joined = new StringBuilder(); // Without a size: it grows by small chunks, off the large object heap.
        Span<char> folded = stackalloc char[SearchTokenizer.MaxTokenBytes];
        foreach (var (start, length) in SearchTokenizer.Enumerate(text))
        {
            joined.Append(folded[..SearchTokenizer.Fold(text.Slice(start, length), folded)]).Append(' ');
        }

        return joined.ToString();
    }

    /// <summary>The query in MATCH syntax: <c>"file" AND "serv"*</c>. Safe: words are letters and digits.</summary>
    public static string Match(SearchQuery query) =>
        string.Join(" AND ", query.Words.Select(static word => $"\"{word}\"")) + "*";
}
