using FileService.Files;

namespace FileService.Tests.Paths;

public sealed class ContentTypesTests
{
    [Theory]
    [InlineData("docs/README.md", "text/markdown")]
    [InlineData("a.CSV", "text/csv")]
    [InlineData("a.jsonl", "application/jsonl")]
    [InlineData("a.rst", "text/x-rst")]
    [InlineData("a.yml", "application/yaml")]
    [InlineData("a.log", "text/plain")]
    [InlineData("src/app.ts", "text/plain")]
    [InlineData("a.html", "text/html")]
    [InlineData("a.svg", "image/svg+xml")]
    [InlineData("a.json", "application/json")]
    [InlineData("a.png", "image/png")]
    [InlineData("Makefile", "text/plain")]
    [InlineData("a.b/readme", "text/plain")]
    [InlineData("a.md/unknown", "application/octet-stream")]
    [InlineData("a.unknown", "application/octet-stream")]
    public void ForPath_goes_by_the_name(string path, string expected) =>
        ContentTypes.ForPath(path).Should().Be(expected);

    [Theory]
    [InlineData("text/plain", true)]
    [InlineData("Text/Plain; charset=\"UTF-8\"", true)]
    [InlineData("image/png", true)]
    [InlineData("video/mp4", true)]
    [InlineData("text/plain; charset=utf-7", false)]
    [InlineData("text/html", false)]
    [InlineData("text/html; charset=utf-8", false)]
    [InlineData("image/svg+xml", false)]
    [InlineData("application/xml", false)]
    [InlineData("text/xml", false)]
    [InlineData("application/xhtml+xml", false)]
    [InlineData("application/pdf", false)]
    [InlineData("text/javascript", false)]
    [InlineData("text/plain, text/html", false)]
    [InlineData("application/octet-stream", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void IsHarmlessInline_admits_only_what_cannot_run(string? type, bool expected) =>
        ContentTypes.IsHarmlessInline(type).Should().Be(expected);
}
