using System.Diagnostics;
using CsCheck;

namespace PerfKit.Query.Tests.Search;

public sealed class SearchSnippetTests
{
    [Theory]
    [InlineData("deadlock", "How to avoid a Deadlock & more", "How to avoid a <mark>Deadlock</mark> &amp; more")]
    [InlineData("dead", "a deadlock, undead", "a <mark>deadlock</mark>, undead")]
    [InlineData("dead x", "deadlock dead X", "deadlock <mark>dead</mark> <mark>X</mark>")]
    [InlineData("service", "FileService fileservice", "File<mark>Service</mark> fileservice")]
    [InlineData(
        "script",
        "<script>\"x\"</script>",
        "&lt;<mark>script</mark>&gt;&quot;x&quot;&lt;/<mark>script</mark>&gt;"
    )]
    [InlineData("école", "une ÉCOLE\r\n\t  ici", "une <mark>ÉCOLE</mark> ici")]
    [InlineData("readme", "nothing here", "docs/<mark>README</mark>.md")]
    [InlineData("absent", "nothing 'here'", "nothing &#39;here&#39;")]
    [InlineData("absent", "", "docs/README.md")]
    public void Words_marks_the_tokens_that_match_and_escapes_the_rest(string q, string text, string expected) =>
        SearchSnippet.Words("docs/README.md", text, Query(q)).Should().Be(expected);

    [Fact]
    public void Words_in_a_long_text_shows_the_passage_with_most_words()
    {
        var filler = string.Concat(Enumerable.Repeat("lorem ipsum dolor ", 500));
        var snippet = SearchSnippet.Words(
            "p",
            filler + "alpha " + filler + "alpha beta " + filler,
            Query("alpha beta")
        );
        snippet.Should().StartWith("… ").And.EndWith(" …").And.Contain("<mark>alpha</mark> <mark>beta</mark>");
        snippet.Replace("<mark>", "").Replace("</mark>", "").Length.Should().BeLessThanOrEqualTo(164);
    }

    [Theory]
    [InlineData("a%b_c", "xx A%B_c yy", "xx <mark>A%B_c</mark> yy")]
    [InlineData("<b>", "x<b>y", "x<mark>&lt;b&gt;</mark>y")]
    [InlineData("README", "nothing", "docs/<mark>README</mark>.md")]
    public void Substring_marks_the_needle_anywhere(string needle, string text, string expected) =>
        SearchSnippet.Substring("docs/README.md", text, needle).Should().Be(expected);

    [Fact]
    public void Words_of_any_text_is_the_escaped_text_with_balanced_marks() =>
        Gen.OneOf("<mark>", "</mark>", "&", "alpha ", "beta", "Alpha", "😀", "\ud83d", "<", "é ", " ", "\n", "xyz")
            .Array[0, 200]
            .Select(string.Concat)
            .Sample(
                static text =>
                {
                    var snippet = SearchSnippet.Words("path", text, Query("alpha be"), 40);
                    var rest = snippet.Replace("<mark>", "{").Replace("</mark>", "}");
                    rest.Should().NotContainAny("<", ">", "{{", "}}");
                    rest.Count(static c => c == '{').Should().Be(rest.Count(static c => c == '}'));
                    if (Query("alpha be").Matches("", text))
                    {
                        rest.Should().Contain("{");
                    }
                },
                iter: 1_000
            );

    [Fact]
    public void Words_over_50_texts_of_15_KB_costs_about_a_millisecond()
    {
        var filler = string.Concat(
            Enumerable.Repeat("The quick brown fox is in the docs of a file service, nearly. ", 260)
        )[..15_000];
        var texts = Enumerable.Range(0, 50).Select(i => filler.Insert(i * 300, " needleword ")).ToArray();
        var query = Query("quick needleword");
        var best = TimeSpan.MaxValue;
        for (var round = 0; round < 200; round++)
        {
            var start = Stopwatch.GetTimestamp();
            foreach (var text in texts)
            {
                SearchSnippet.Words("docs/a.md", text, query).Should();
            }

            var took = Stopwatch.GetElapsedTime(start);
            best = took < best ? took : best;
        }

        Console.WriteLine("snippets " + best.TotalMilliseconds);
        best.Should().BeLessThan(TimeSpan.FromMilliseconds(10)); // Ten times the aim: other work shares the machine.
    }

    private static SearchQuery Query(string q) =>
        SearchQuery.TryParse(q, out var query, out var error) ? query : throw new ArgumentException(error);
}
