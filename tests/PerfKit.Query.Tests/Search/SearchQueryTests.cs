namespace PerfKit.Query.Tests.Search;

public sealed class SearchQueryTests
{
    [Theory]
    [InlineData(null, "missing")]
    [InlineData("", "missing")]
    [InlineData(" \t", "missing")]
    [InlineData("-- !", "no letter")]
    [InlineData("a\0b", "NUL")]
    [InlineData("a b c d e f g h i j k l m n o p q", "17 words")]
    public void TryParse_of_what_cannot_be_searched_says_why(string? q, string fault)
    {
        SearchQuery.TryParse(q, out var query, out var error).Should().BeFalse();
        query.Should().BeNull();
        error.Should().Contain(fault).And.EndWith(".");
    }

    [Fact]
    public void TryParse_of_257_characters_names_the_bound()
    {
        SearchQuery.TryParse(new string('x', 257), out _, out var error).Should().BeFalse();
        error.Should().Contain("257").And.Contain("256");
        SearchQuery.TryParse(new string('x', 256), out var query, out _).Should().BeTrue();
        query!.Words.Should().Equal(new string('x', 200));
    }

    [Fact]
    public void TryParse_of_half_a_surrogate_pair_says_so()
    {
        SearchQuery.TryParse("a\ud800b", out _, out var error).Should().BeFalse();
        error.Should().Contain("surrogate");
    }

    [Theory]
    [InlineData("guide", true)]
    [InlineData("gui", true)] // The last word is also a prefix.
    [InlineData("gui docs", false)] // A word before it is not.
    [InlineData("docs gui", true)]
    [InlineData("deadlock guide", true)] // One in the path, one in the text.
    [InlineData("fileService", true)]
    [InlineData("fileservice", false)] // Humps part tokens; this is one.
    [InlineData("uide", false)]
    [InlineData("caf\u0065\u0301", true)]
    [InlineData("ÉCOLE docs école", true)]
    [InlineData("docs absent", false)]
    public void Matches_asks_for_every_word_in_path_or_text(string q, bool expected)
    {
        SearchQuery.TryParse(q, out var query, out _).Should().BeTrue();
        query!
            .Matches("docs/Guide.md", "The FileService avoids a deadlock in the café of the école.")
            .Should()
            .Be(expected);
    }

    [Fact]
    public void TryParseSubstring_brings_the_needle_to_form_C()
    {
        SearchQuery.TryParseSubstring("e\u0301%", out var needle, out _).Should().BeTrue();
        needle.Should().Be("é%");
    }
}
