using System.Globalization;
using System.Text;

namespace FileService.Files.Search;

/// <summary>What the full text indexes store of a file, made by <see cref="SearchTokenizer"/> so that both engines and the naive search agree.</summary>
internal static class TermVector
{
    /// <summary>
    /// A tsvector literal, to be cast without any configuration: <c>'readme':1A 'file':2,9</c>. Path tokens have weight A,
    /// text tokens D; at most 16 places a token. Always below PostgreSQL's limit of 1 MiB.
    /// </summary>
    public static string ForPostgreSql(string path, string? text)
    {
        var terms = new TermCollector();
        terms.AddPath(path);
        terms.AddText(text);

        var literal = new StringBuilder(terms.Terms.Length * 16);
        foreach (ref readonly var term in terms.Terms)
        {
            literal.Append('\'').Append(term.Text).Append("':");
            for (var i = 0; i < term.Count; i++)
            {
                literal.Append(CultureInfo.InvariantCulture, $"{term[i]}");
                literal.Append(i < term.PathCount ? "A," : ",");
            }

            literal[^1] = ' ';
        }

        return literal.ToString();
    }

    /// <summary>
    /// The columns of an FTS5 table with <c>tokenize = "ascii"</c>: folded tokens parted by one space, repeats kept, as that
    /// tokenizer splits at the space alone and bm25 counts the repeats.
    /// </summary>
    public static (string Path, string Text) ForFts5(string path, string? text) => (Join(path), Join(text));

    private static string Join(ReadOnlySpan<char> text)
    {
        var joined = new StringBuilder(); // Without a size: it grows by small chunks, off the large object heap.
        Span<char> folded = stackalloc char[SearchTokenizer.MaxTokenBytes];
        foreach (var (start, length) in SearchTokenizer.Enumerate(text))
        {
            joined.Append(folded[..SearchTokenizer.Fold(text.Slice(start, length), folded)]).Append(' ');
        }

        return joined.ToString();
    }
}
