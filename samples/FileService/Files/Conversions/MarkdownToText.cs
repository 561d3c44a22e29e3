using Markdig.Extensions.Alerts;
using Markdig.Renderers;

namespace FileService.Files.Conversions;

/// <summary>The words of Markdown without its marks.</summary>
internal sealed class MarkdownToText(TimeProvider clock) : IConversion
{
    public string Target => "text";

    public string ContentType => "text/plain; charset=utf-8";

    public bool Accepts(string contentType) => SafeMarkdown.Accepts(contentType);

    public async ValueTask ConvertAsync(Stream source, Stream destination, CancellationToken cancellationToken)
    {
        var document = await SafeMarkdown.ReadAsync(source, clock, cancellationToken);
        using var text = new StringWriter();
        var renderer = new HtmlRenderer(text)
        {
            EnableHtmlForBlock = false,
            EnableHtmlForInline = false,
            EnableHtmlEscape = false,
        };
        SafeMarkdown.Pipeline.Setup(renderer);
        renderer.ObjectRenderers.RemoveAll(static r => r is AlertBlockRenderer); // It writes an icon; as a quote it is text.
        renderer.Render(document);
        await destination.WriteAsync(SourceText.StrictUtf8.GetBytes(text.ToString()), cancellationToken);
    }
}
