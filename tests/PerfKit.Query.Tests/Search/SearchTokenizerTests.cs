using CsCheck;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Search;

public sealed class SearchTokenizerTests
{
    private static readonly string[] Pieces =
    [
        .. "aZbY09 ./_-'\"<ßẞéÉΣςσǅ中文😀𐐀𐐨\u0301".EnumerateRunes().Select(static rune => rune.ToString()),
        "HTTPServer",
        "fileService",
        "IDs",
        "\ud800",
        "\udc00",
        "\r\n",
    ];

    private static readonly Gen<string> Text = Gen.OneOf(Pieces).Array[0, 40].Select(string.Concat);

    [Theory]
    [InlineData("serialization/deadlock", "serialization deadlock")]
    [InlineData("report-2024_final.pdf", "report 2024 final pdf")]
    [InlineData("fileService", "file service")]
    [InlineData("HTTPServer", "http server")]
    [InlineData("parseHTTPRequest2Json", "parse http request2json")]
    [InlineData("utf8 sha256sum", "utf8 sha256sum")]
    [InlineData("IDs URLs PDFsOf", "ids urls pdfs of")]
    [InlineData("ASsert", "a ssert")]
    [InlineData("Ärger ÉCOLE Straße", "ärger école straße")]
    [InlineData("ΣΊΣΥΦΟΣ σίσυφος", "σίσυφοσ σίσυφοσ")]
    [InlineData("日本語 テスト", "日本語 テスト")]
    [InlineData("𐐀𐐀 x😀y", "𐐨𐐨 x y")]
    [InlineData("a\0b", "a b")]
    [InlineData("don't C++ #1", "don t c 1")]
    [InlineData(" ._-/ ", "")]
    public void List_of_a_text_gives_its_folded_words(string text, string expected) =>
        string.Join(' ', SearchTokenizer.List(text)).Should().Be(expected);

    [Fact]
    public void Fold_of_a_long_token_cuts_it_at_200_utf8_bytes_between_runes()
    {
        SearchTokenizer.List(new string('A', 500)).Should().Equal(new string('a', 200));
        SearchTokenizer.List("x" + new string('é', 500)).Should().Equal("x" + new string('é', 99));
        SearchTokenizer.List("xyz" + string.Concat(Enumerable.Repeat("𐐨", 300))).Single().Length.Should().Be(3 + 98);
    }

    [Fact]
    public void Tokens_of_any_text_are_stable_when_folded_again_and_start_where_IsTokenStart_says() =>
        Text.Sample(
            static text =>
            {
                var starts = new List<int>();
                foreach (var (start, length) in SearchTokenizer.Enumerate(text))
                {
                    starts.Add(start);
                    var token = SearchTokenizer.List(text.AsSpan(start, length)).Should().ContainSingle().Subject;
                    SearchTokenizer.List(token).Should().Equal(token);
                }

                Enumerable
                    .Range(0, text.Length)
                    .Where(at => !char.IsLowSurrogate(text[at]) && SearchTokenizer.IsTokenStart(text, at))
                    .Should()
                    .Equal(starts);
            },
            iter: 2_000
        );

    [Fact]
    public void Enumerate_does_not_allocate()
    {
        var text = string.Concat(Enumerable.Repeat("The fileService reads ÄÖÜ docs/guide.md; ", 200));
        Allocated.Least(() => Count(text)).Should().Be(0);

        static int Count(string text)
        {
            Span<char> folded = stackalloc char[SearchTokenizer.MaxTokenBytes];
            var count = 0;
            foreach (var (start, length) in SearchTokenizer.Enumerate(text))
            {
                count += SearchTokenizer.Fold(text.AsSpan(start, length), folded);
            }

            return count;
        }
    }
}
