using FileService.Files.Conversions;

namespace FileService.Tests.Conversions;

public sealed class ConversionCatalogTests
{
    private readonly ConversionCatalog _catalog = new(TimeProvider.System);

    [Theory]
    [InlineData("text/markdown; charset=utf-8", "html,text")]
    [InlineData("Text/CSV", "jsonl,text")]
    [InlineData("text/tab-separated-values", "jsonl,text")]
    [InlineData("text/html", "text")]
    [InlineData("application/json", "text")]
    [InlineData("image/svg+xml", "text")]
    [InlineData("image/png", "")]
    [InlineData("", "")]
    public void TargetsFor_a_content_type_lists_what_can_be_asked_for(string type, string targets) =>
        string.Join(',', _catalog.TargetsFor(type)).Should().Be(targets);

    [Fact]
    public void Find_of_a_target_that_the_type_does_not_have_gives_null()
    {
        _catalog.Find("html", "text/csv").Should().BeNull();
        _catalog.Find("HTML", "text/markdown").Should().BeNull();
        _catalog.Find("html", "text/markdown").Should().BeOfType<MarkdownToHtml>();
        _catalog.Find("text", "text/markdown").Should().BeOfType<MarkdownToText>();
        _catalog.Find("text", "text/html").Should().BeOfType<HtmlToText>();
        _catalog.Find("text", "text/csv").Should().BeOfType<PlainText>();
    }
}
