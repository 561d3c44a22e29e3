using System.Diagnostics;
using System.Text;
using CsCheck;
using FileService.Files.Conversions;
using static FileService.Tests.Conversions.ConversionRunner;

namespace FileService.Tests.Conversions;

public sealed class ToTextTests
{
    [Theory]
    [InlineData("<p>Hello <b>big</b>\n  world</p><p>again", "Hello big world\nagain\n")]
    [InlineData("<title>T</title><style>p{}</style><script>if(a<b)</script><p>x", "T\nx\n")]
    [InlineData("a<!-- <p>no</p> -->b<!-->c<!--->d<!-- x --!>e", "abcde\n")]
    [InlineData("1 < 2 &amp; 3 &gt; 2 &eacute;&#x1F600;", "1 < 2 & 3 > 2 é😀\n")]
    [InlineData("<a title=\"x>y\" href='>'>link</a> end", "link end\n")]
    [InlineData("<table><tr><td>1<td>2</tr><tr><td>3</table>", "1\t2\n3\n")]
    [InlineData("<pre> a\n  b</pre> c", "a\n  b\nc\n")]
    [InlineData("<SCRIPT>x</SCRIPT\n>y<script>never closed", "y\n")]
    [InlineData("<!doctype html><?x y?><html><br/>z</ p>", "z\n")]
    [InlineData("a\0b&#0;&#xD800;<", "ab")]
    [InlineData("", "\n")]
    public async Task Convert_of_HTML_gives_its_readable_text(string html, string expected) =>
        (await ConvertAsync("text", "text/html", html)).Should().StartWith(expected);

    [Theory]
    [InlineData("<!--", "--!")]
    [InlineData("<a ", "a=1 ")]
    [InlineData("", "<div>")]
    [InlineData("", "<")]
    [InlineData("<script>", "</scrip")]
    [InlineData("", "&")]
    [InlineData("", "<a '")]
    [InlineData("", "<!--x-->")]
    [InlineData("", "<pre>")]
    public async Task Convert_of_hostile_HTML_costs_no_more_than_its_length(string start, string piece)
    {
        var started = Stopwatch.GetTimestamp();
        await ConvertAsync(
            "text",
            "text/html",
            start + string.Concat(Enumerable.Repeat(piece, 2_000_000 / piece.Length))
        );
        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Convert_of_any_HTML_is_text_without_NUL() =>
        await Gen.OneOf(
                "<",
                ">",
                "a",
                "/",
                "!",
                "-",
                "--",
                "'",
                "\"",
                "=",
                " ",
                "&",
                "#",
                ";",
                "script",
                "pre",
                "p",
                "\0",
                "é"
            )
            .Array[0, 40]
            .Select(string.Concat)
            .SampleAsync(
                static async html =>
                    (await ConvertAsync("text", "text/html", html)).Should().EndWith("\n").And.NotContain("\0"),
                iter: 2_000
            );

    [Fact]
    public async Task Convert_of_Markdown_gives_its_words_without_marks()
    {
        const string Markdown =
            "# Title\n\nSome *text* & [link](u) `c<d`\n\n- [x] item\n\n> [!NOTE]\n> hi[^1]\n\n|a|b|\n|-|-|\n|1|2|\n\n[^1]: foot\n";
        var text = await ConvertAsync("text", "text/markdown", Markdown);
        text.Should().ContainAll("Title", "Some text & link c<d", "item", "hi", "1", "2", "foot");
        text.Should().NotContainAny("<p", "<div", "</", "<svg", "<input", "**", "[link]");
    }

    [Fact]
    public async Task Convert_of_other_text_passes_it_through_without_its_byte_order_mark()
    {
        var json = "{\"é\":\"" + new string('€', 100_000) + "\"}";
        (await ConvertAsync("text", "application/json", json)).Should().Be(json);
        (await ConvertAsync("text", "text/plain", [.. Encoding.UTF8.Preamble, .. "x"u8])).Should().Be("x");
        (await ConvertAsync("text", "text/plain", "")).Should().BeEmpty();
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("text/markdown")]
    public async Task Convert_gives_characters_of_every_length_whole_wherever_its_blocks_end(string contentType)
    {
        for (var lead = 0; lead < 4; lead++)
        {
            var text = new string('a', lead) + string.Concat(Enumerable.Repeat("😀€éa", 8_000));
            (await ConvertAsync("text", contentType, text)).TrimEnd('\n').Should().Be(text);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(200_001)]
    public async Task Convert_of_text_that_is_not_UTF8_names_the_byte(int at)
    {
        var bytes = Enumerable.Repeat((byte)'a', 200_010).ToArray();
        bytes[at] = 0xC3;
        var convert = () => ConvertAsync("text", "text/plain", bytes);
        (await convert.Should().ThrowAsync<ConversionException>()).WithMessage($"*not valid UTF-8*byte {at})*");
    }
}
