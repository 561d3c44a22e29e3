using PerfKit.Query.Internal;

namespace PerfKit.Query.Tests.Search;

public sealed class Fts5TermsTests
{
    [Fact]
    public void Join_parts_folded_tokens_by_one_space()
    {
        Fts5Terms.Join("docs/ReadMe.md").Should().Be("docs read me md ");
        Fts5Terms.Join("It's—École\n").Should().Be("it s école ");
    }

    [Fact]
    public void Match_and_TermVector_Query_quote_every_word_and_make_the_last_a_prefix()
    {
        SearchQuery.TryParse("it's \"FileServ", out var query, out _).Should().BeTrue();
        TermVector.Query(query!).Should().Be("'it' & 's' & 'file' & 'serv':*");
        Fts5Terms.Match(query!).Should().Be("\"it\" AND \"s\" AND \"file\" AND \"serv\"*");
    }
}
