using PerfKit.Query.Internal;

namespace PerfKit.Query.Tests.Search;

public sealed class NfcTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("caf\u0065\u0301", "café")]
    [InlineData("A\u030A", "\u00C5")]
    [InlineData("\u212B \u2126 \u212A", "\u00C5 \u03A9 K")]
    [InlineData("s\u0323\u0307", "\u1E69")]
    [InlineData("s\u0307\u0323", "\u1E69")]
    [InlineData("\u1E0B\u0323", "\u1E0D\u0307")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\u1112\u1161\u11AB\u1100\u1173\u11AF", "한글")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\uFA4B", "\u7891")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    [InlineData("\u0344", "\u0308\u0301")]
    [InlineData("\u0308\u0301x", "\u0308\u0301x")]
    [InlineData("a\u0315\u0300\u05AE\u0300b", "\u00E0\u05AE\u0300\u0315b")]
    [InlineData("\u09C7\u0334\u09BE", "\u09C7\u0334\u09BE")]
    public void Normalize_gives_what_the_Unicode_conformance_file_says(string text, string expected)
    {
        Nfc.Normalize(text).Should().Be(expected);
        Nfc.Normalize(expected).Should().Be(expected);
    }

    [Fact]
    public void Normalize_of_text_in_form_C_returns_the_same_string()
    {
        const string Text = "Ünïcode “quoted” — 日本語 한글 😀";
        Nfc.Normalize(Text).Should().BeSameAs(Text);
    }

    [Fact]
    public void Normalize_of_a_million_combining_marks_stays_quick()
    {
        var marks = string.Concat(Enumerable.Range(0, 500_000).Select(static i => i % 2 == 0 ? '\u0301' : '\u0323'));
        var normal = Nfc.Normalize("a" + marks);
        normal.Should().StartWith("\u1EA1\u0323").And.EndWith("\u0301").And.HaveLength(500_000);
    }
}
