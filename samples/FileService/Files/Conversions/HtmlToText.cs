namespace FileService.Files.Conversions;

/// <summary>The readable text of an HTML page; see <see cref="HtmlText"/>.</summary>
internal sealed class HtmlToText : IConversion
{
    /// <summary>The most HTML that is converted, as it is read into memory.</summary>
    public const int MaxBytes = 8 << 20;

    public string Target => "text";

    public string ContentType => "text/plain; charset=utf-8";

    public bool Accepts(string contentType) =>
        SourceText.MediaTypeOf(contentType) is "text/html" or "application/xhtml+xml";

    public async ValueTask ConvertAsync(Stream source, Stream destination, CancellationToken cancellationToken)
    {
        var html = await SourceText.ReadAsync(source, MaxBytes, cancellationToken);
        await destination.WriteAsync(SourceText.StrictUtf8.GetBytes(HtmlText.Extract(html)), cancellationToken);
    }
}
