namespace FileService.Files.Conversions;

/// <summary>Text of any other type, of any length, passed through in blocks once each has proved to be UTF-8.</summary>
internal sealed class PlainText : IConversion
{
    public string Target => "text";

    public string ContentType => "text/plain; charset=utf-8";

    public bool Accepts(string contentType)
    {
        var type = SourceText.MediaTypeOf(contentType);
        return type.StartsWith("text/", StringComparison.Ordinal)
            || type.EndsWith("+json", StringComparison.Ordinal)
            || type.EndsWith("+xml", StringComparison.Ordinal)
            || type
                is "application/json"
                    or "application/jsonl"
                    or "application/x-ndjson"
                    or "application/xml"
                    or "application/yaml"
                    or "application/toml"
                    or "application/javascript";
    }

    public ValueTask ConvertAsync(Stream source, Stream destination, CancellationToken cancellationToken) =>
        SourceText.CopyAsync(source, destination, cancellationToken);
}
