using PerfKit.Query.Internal;

namespace PerfKit.Query.Tests.Search;

public sealed class TermVectorTests
{
    [Fact]
    public void Of_gives_each_token_once_with_places_and_weight_A_in_the_title() =>
        TermVector
            .Of("docs/readMe.md", "Read the docs, READ!")
            .Should()
            .Be("'docs':1A,7 'read':2A,5,8 'me':3A 'md':4A 'the':6 ");

    [Fact]
    public void Of_keeps_16_places_and_caps_them_at_16383()
    {
        TermVector
            .Of("x", string.Concat(Enumerable.Repeat("a ", 40)))
            .Should()
            .Be("'x':1A 'a':" + string.Join(',', Enumerable.Range(2, 16)) + " ");
        TermVector.Of("x", string.Concat(Enumerable.Repeat("a ", 20_000)) + "z z z").Should().EndWith(" 'z':16383 ");
    }
}
