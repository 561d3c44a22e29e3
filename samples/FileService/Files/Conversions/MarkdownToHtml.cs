using System.Net;
using System.Security.Cryptography;
using System.Text;
using Markdig;

namespace FileService.Files.Conversions;

/// <summary>Markdown to a whole HTML page with a small style sheet, without scripts and without raw HTML.</summary>
internal sealed class MarkdownToHtml(TimeProvider clock) : IConversion
{
    private const string Style = """

        :root { color-scheme: light dark }
        body { font: 1rem/1.6 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; overflow-wrap: break-word }
        h1, h2, h3, h4 { line-height: 1.25; margin: 2em 0 .6em }
        h1 { margin-top: 1em }
        img { max-width: 100%; height: auto }
        pre, code { font: .9em/1.5 ui-monospace, monospace }
        pre { overflow-x: auto; padding: .8rem 1rem; background: #8881; border-radius: .4rem }
        :not(pre) > code { background: #8882; padding: .1em .3em; border-radius: .25rem }
        table { border-collapse: collapse; display: block; overflow-x: auto }
        th, td { border: 1px solid #8886; padding: .35rem .7rem; text-align: start }
        blockquote, .markdown-alert { margin: 1em 0; padding: .1rem 1rem; border-inline-start: .25rem solid #8886 }

        """;

    /// <summary>The policy under which the page may be shown: its own style and images, and nothing that runs.</summary>
    public static string ContentSecurityPolicy { get; } =
        "default-src 'none'; img-src 'self' http: https:; sandbox; style-src 'sha256-"
        + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))
        + "'";

    public string Target => "html";

    public string ContentType => "text/html; charset=utf-8";

    public bool Accepts(string contentType) => SafeMarkdown.Accepts(contentType);

    public async ValueTask ConvertAsync(Stream source, Stream destination, CancellationToken cancellationToken)
    {
        var document = await SafeMarkdown.ReadAsync(source, clock, cancellationToken);
        var title = WebUtility.HtmlEncode(SafeMarkdown.TitleOf(document) ?? "Document");
        await using var html = new StreamWriter(destination, SourceText.StrictUtf8, 64 << 10, leaveOpen: true);
        await html.WriteAsync(
            $"""
            <!doctype html>
            <html>
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title}</title>
            <style>{Style}</style>
            </head>
            <body>

            """
        );
        await html.WriteAsync(document.ToHtml(SafeMarkdown.Pipeline).AsMemory(), cancellationToken);
        await html.WriteAsync("</body>\n</html>\n".AsMemory(), cancellationToken);
    }
}
