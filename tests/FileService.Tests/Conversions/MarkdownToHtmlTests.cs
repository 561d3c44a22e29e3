using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using CsCheck;
using FileService.Files.Conversions;
using static FileService.Tests.Conversions.ConversionRunner;

namespace FileService.Tests.Conversions;

public sealed class MarkdownToHtmlTests
{
    private static readonly string[] Pieces =
    [
        .. "[]()<>!*_`~#|-: \n\"'&;/\\^{}".Select(static c => c.ToString()),
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "&#106;avascript:alert(1)",
        "&Tab;javascript&colon;x",
        "data:text/html,x",
        "vbscript:x",
        "JaVaScRiPt:x",
        "\u0001javascript:x",
        "<script>alert(1)</script>",
        "<img src=x onerror=y>",
        "{onclick=x}",
        "[a]: javascript:x\n",
        "[a]",
        "http://a.b",
        "mailto:a@b.c",
        "![x](",
        "x",
        "[^1]",
        "\n\n",
        "> [!NOTE]\n",
        "- [ ] ",
        "```x\" onload=y\n",
        "*[x]: \" onload=\"y\n",
    ];

    [Fact]
    public async Task Convert_gives_a_whole_page_with_the_heading_as_title()
    {
        var html = await ConvertAsync("html", "text/markdown", "# A *b* & `c`\n\n|x|y|\n|-|-|\n|1|2|\n");
        html.Should()
            .StartWith("<!doctype html>")
            .And.Contain("<meta charset=\"utf-8\">")
            .And.EndWith("</body>\n</html>\n");
        html.Should().Contain("<title>A b &amp; c</title>").And.Contain("<h1 id=\"a-b--c\">").And.Contain("<td>2</td>");
        html.Should().NotContain("<script");
    }

    [Fact]
    public async Task Convert_gives_a_page_whose_style_its_policy_admits()
    {
        var page = new HtmlParser().ParseDocument(await ConvertAsync("html", "text/markdown", "x"));
        var style = Encoding.UTF8.GetBytes(page.QuerySelector("style")!.TextContent);
        var digest = Convert.ToBase64String(SHA256.HashData(style));
        MarkdownToHtml.ContentSecurityPolicy.Should().Contain($"style-src 'sha256-{digest}'").And.Contain("sandbox;");
    }

    [Fact]
    public async Task Convert_gives_equal_headings_numbered_anchors()
    {
        var html = await ConvertAsync("html", "text/markdown", "# Same\n# Same\n# 日本 x\n# !\n");
        html.Should().ContainAll("id=\"same\"", "id=\"same-1\"", "id=\"日本-x\"", "id=\"section\"");
    }

    [Fact]
    public async Task Convert_leaves_raw_HTML_as_text()
    {
        var body = await BodyAsync("<script>alert(1)</script>\n\na <b onclick=x>b</b>\n\n<svg onload=y>\n");
        body.QuerySelectorAll("script,b,svg").Should().BeEmpty();
        body.TextContent.Should().Contain("<script>alert(1)</script>").And.Contain("<b onclick=x>");
    }

    [Theory]
    [InlineData("[x](https://a.b/c?d=e:f)", "https://a.b/c?d=e:f")]
    [InlineData("[x](HTTP://a.b)", "HTTP://a.b")]
    [InlineData("[x](mailto:a@b.c)", "mailto:a@b.c")]
    [InlineData("[x](../a%20b.md#c)", "../a%20b.md#c")]
    [InlineData("[x](a/b:c)", "a/b:c")]
    [InlineData("[x](?q=a:b)", "?q=a:b")]
    [InlineData("https://a.b", "https://a.b")]
    [InlineData("<https://a.b>", "https://a.b")]
    public async Task Convert_keeps_safe_links(string markdown, string href) =>
        (await BodyAsync(markdown)).QuerySelector("a")!.GetAttribute("href").Should().Be(href);

    [Theory]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](JAVASCRIPT:alert(1))")]
    [InlineData("[x](<java\tscript:alert(1)>)")]
    [InlineData("[x](&#106;avascript:alert(1))")]
    [InlineData("[x](javascript&colon;alert(1))")]
    [InlineData("[x](<\u0001 javascript:alert(1)>)")]
    [InlineData("[x](&NewLine;javascript:x)")]
    [InlineData("[x](data:text/html;base64,PHNjcmlwdD4=)")]
    [InlineData("[x](vbscript:x)")]
    [InlineData("[x](file:///etc/passwd)")]
    [InlineData("[x](blob:x)")]
    [InlineData("![x](data:image/svg+xml,x)")]
    [InlineData("![x](javascript:x)")]
    [InlineData("[x][1]\n\n[1]: javascript:alert(1)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("[![x](data:a)](javascript:x)")]
    public async Task Convert_takes_unsafe_links_away_and_keeps_their_text(string markdown)
    {
        var body = await BodyAsync(markdown);
        body.QuerySelectorAll("a,img").Should().BeEmpty();
        body.TextContent.Should().NotBeNullOrWhiteSpace();
    }

    [Fact]
    public async Task Convert_of_any_markdown_holds_nothing_that_runs() =>
        await Gen.OneOf(Pieces)
            .Array[0, 30]
            .Select(string.Concat)
            .SampleAsync(
                static async markdown =>
                {
                    foreach (var element in (await BodyAsync(markdown)).QuerySelectorAll("*"))
                    {
                        element
                            .LocalName.Should()
                            .NotBe("script")
                            .And.NotBe("iframe")
                            .And.NotBe("object")
                            .And.NotBe("style");
                        foreach (var attribute in element.Attributes)
                        {
                            attribute.Name.Should().NotStartWith("on");
                            if (attribute.Name is "href" or "src")
                            {
                                var url = attribute.Value.TrimStart('\u0001', ' ').Replace("\t", "").Replace("\n", "");
                                var scheme = url.Split(':', '/', '?', '#')[0];
                                (
                                    url.Length > scheme.Length && url[scheme.Length] == ':'
                                        ? scheme.ToLowerInvariant()
                                        : ""
                                )
                                    .Should()
                                    .BeOneOf("", "http", "https", "mailto");
                            }
                        }
                    }
                },
                iter: 2_000
            );

    [Fact]
    public async Task Convert_of_more_than_8_MiB_or_of_other_than_UTF8_refuses()
    {
        var tooLarge = () => ConvertAsync("html", "text/markdown", new byte[(8 << 20) + 1]);
        (await tooLarge.Should().ThrowAsync<ConversionException>()).WithMessage("*larger than 8 MiB*");
        var notText = () => ConvertAsync("html", "text/markdown", [.. "ab"u8, 0xFF]);
        (await notText.Should().ThrowAsync<ConversionException>()).WithMessage("*not valid UTF-8*byte 2*");
    }

    [Theory]
    [InlineData("[", "nested")]
    [InlineData("> ", "nested")]
    [InlineData("*a **b ", "The Markdown")] // Too tangled on a slow machine, else too deep.
    [InlineData("[x]: \n", "lines")]
    [InlineData("[a](", "too tangled")]
    public async Task Convert_of_hostile_markdown_ends_soon_with_a_reason(string piece, string fault)
    {
        var started = Stopwatch.GetTimestamp();
        var source = string.Concat(Enumerable.Repeat(piece, 400_000 / piece.Length));
        var conversion = new MarkdownToHtml(fault == "too tangled" ? new RacingClock() : TimeProvider.System);
        var convert = async () =>
            await conversion.ConvertAsync(new MemoryStream(Encoding.UTF8.GetBytes(source)), Stream.Null, default);
        (await convert.Should().ThrowAsync<ConversionException>()).WithMessage($"*{fault}*");
        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("# Same\n")]
    [InlineData("- a\n")]
    [InlineData("word *b* [c](d) \n\n")]
    [InlineData("|a|b|\n|-|-|\n|*c*|[d](e)|\n\n")]
    [InlineData("<!--")]
    public async Task Convert_of_long_ordinary_markdown_succeeds(string piece) =>
        (await ConvertAsync("html", "text/markdown", string.Concat(Enumerable.Repeat(piece, 15_000))))
            .Should()
            .NotBeEmpty();

    [Fact]
    public async Task Convert_stops_when_the_caller_leaves()
    {
        using var gone = new CancellationTokenSource();
        var source = new CancellingStream(
            Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("a [b](c) ", 10_000))),
            gone
        );
        var convert = async () =>
            await new MarkdownToHtml(TimeProvider.System).ConvertAsync(source, Stream.Null, gone.Token);
        await convert.Should().ThrowAsync<OperationCanceledException>();
    }

    private static async Task<IElement> BodyAsync(string markdown) =>
        new HtmlParser().ParseDocument(await ConvertAsync("html", "text/markdown", markdown)).Body!;

    /// <summary>A clock on which every look takes a tenth of a second, so that the limit is reached after the same work anywhere.</summary>
    private sealed class RacingClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => _now += 100;
    }

    /// <summary>Cancels once it was read to its end.</summary>
    private sealed class CancellingStream(byte[] content, CancellationTokenSource source) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            var read = await base.ReadAsync(buffer, CancellationToken.None);
            if (Position == Length)
            {
                await source.CancelAsync();
            }

            return read;
        }
    }
}
