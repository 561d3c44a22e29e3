using System.Globalization;
using System.Text;

namespace PerfKit.Query.Internal;

/// <summary>The words of a document as a tsvector, made by <see cref="SearchTokenizer"/> so that both engines agree.</summary>
internal static class TermVector
{
    /// <summary>
    /// A tsvector literal, to be cast without any configuration: <c>'readme':1A 'file':2,9</c>. Title tokens have weight A,
    /// text tokens D; at most 16 places a token. Always below PostgreSQL's limit of 1 MiB.
    /// </summary>
    public static string Of(string title, string text)
    {
        var terms = new TermCollector();
        terms.AddTitle(title);
        terms.AddText(text);

        var literal = new StringBuilder(terms.Terms.Length * 16);
        foreach (ref readonly var term in terms.Terms)
        {
            literal.Append('\'').Append(term.Text).Append("':");
            for (var i = 0; i < term.Count; i++)
            {
                literal.Append(CultureInfo.InvariantCulture, $"{term[i]}");
                literal.Append(i < term.TitleCount ? "A," : ",");
            }

            literal[^1] = ' ';
        }

        return literal.ToString();
    }

    /// <summary>The query in tsquery syntax: <c>'file' &amp; 'serv':*</c>. Safe: words are letters and digits.</summary>
    public static string Query(SearchQuery query) =>
        string.Join(" & ", query.Words.Select(static word => $"'{word}'")) + ":*";
}
