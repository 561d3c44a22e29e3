namespace FileService.Files.Conversions;

/// <summary>
/// The conversions the service knows: Markdown to HTML (<c>html</c>), CSV to JSON lines (<c>jsonl</c>) and text extraction
/// (<c>text</c>). The first that accepts the content type and has the target is taken.
/// </summary>
internal sealed class ConversionCatalog(TimeProvider clock)
{
    /// <summary>
    /// Raise it with every change of what a conversion makes, also by another version of a package: kept results of other
    /// versions are not used.
    /// </summary>
    public const int Version = 1;

    private readonly IConversion[] _conversions =
    [
        new MarkdownToHtml(clock),
        CsvToJsonLines.ForCommas,
        CsvToJsonLines.ForTabs,
        new MarkdownToText(clock),
        new HtmlToText(),
        new PlainText(),
    ];

    /// <summary>Every conversion.</summary>
    public IReadOnlyList<IConversion> All => _conversions;

    /// <summary>The targets that content of this type can be asked for, in a fixed order; empty when there is none.</summary>
    public IReadOnlyList<string> TargetsFor(string contentType) =>
        [
            .. _conversions
                .Where(c => c.Accepts(contentType))
                .Select(static c => c.Target)
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>The conversion of such content to the target; null when there is none.</summary>
    public IConversion? Find(string target, string contentType) =>
        Array.Find(
            _conversions,
            c => string.Equals(c.Target, target, StringComparison.Ordinal) && c.Accepts(contentType)
        );
}
