using FileService.Files.Search;

namespace FileService.Tests.Search;

public sealed class TermVectorTests
{
    [Fact]
    public void ForPostgreSql_gives_each_token_once_with_places_and_weight_A_in_the_path() =>
        TermVector
            .ForPostgreSql("docs/readMe.md", "Read the docs, READ!")
            .Should()
            .Be("'docs':1A,7 'read':2A,5,8 'me':3A 'md':4A 'the':6 ");

    [Fact]
    public void ForPostgreSql_keeps_16_places_and_caps_them_at_16383()
    {
        TermVector
            .ForPostgreSql("x", string.Concat(Enumerable.Repeat("a ", 40)))
            .Should()
            .Be("'x':1A 'a':" + string.Join(',', Enumerable.Range(2, 16)) + " ");
        TermVector
            .ForPostgreSql("x", string.Concat(Enumerable.Repeat("a ", 20_000)) + "z z z")
            .Should()
            .EndWith(" 'z':16383 ");
    }

    [Fact]
    public void ForFts5_joins_folded_tokens_by_one_space() =>
        TermVector.ForFts5("docs/ReadMe.md", "It's—École\n").Should().Be(("docs read me md ", "it s école "));
}
