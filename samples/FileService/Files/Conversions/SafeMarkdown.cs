using System.Buffers;
using System.Globalization;
using System.Text;
using Markdig;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace FileService.Files.Conversions;

/// <summary>
/// Markdown whose HTML cannot run anything: raw HTML stays text, no attributes of the writer's choice, and links and
/// images go to http, https, mailto or a relative address only.
/// </summary>
internal static class SafeMarkdown
{
    /// <summary>The most Markdown that is parsed, as it is parsed in memory.</summary>
    public const int MaxBytes = 8 << 20;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(5); // 8 MiB of ordinary Markdown take half a second.
    private static readonly string[] SafeSchemes = ["http", "https", "mailto"];
    private static readonly SearchValues<char> SchemeEnds = SearchValues.Create(":/?#");

    /// <summary>CommonMark with tables, task lists, footnotes and their kin; not generic attributes and not embedded media.</summary>
    public static MarkdownPipeline Pipeline { get; } =
        new MarkdownPipelineBuilder()
            .DisableHtml()
            .UseYamlFrontMatter()
            .UseAbbreviations()
            .UseAlertBlocks()
            .UseAutoLinks()
            .UseDefinitionLists()
            .UseEmphasisExtras()
            .UseFootnotes()
            .UseListExtras()
            .UsePipeTables()
            .UseTaskLists()
            .Use<MarkdownBudget>()
            .Build();

    /// <summary>Whether the content type names Markdown.</summary>
    public static bool Accepts(string contentType) =>
        SourceText.MediaTypeOf(contentType) is "text/markdown" or "text/x-markdown";

    /// <summary>Parses, neutralises unsafe links and gives headings their anchors.</summary>
    /// <exception cref="ConversionException">It is not UTF-8, too large, nested too deeply or too tangled to parse in time.</exception>
    public static async ValueTask<MarkdownDocument> ReadAsync(
        Stream source,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var markdown = await SourceText.ReadAsync(source, MaxBytes, cancellationToken);
        try
        {
            var document = Markdown.Parse(
                markdown,
                Pipeline,
                MarkdownBudget.Start(clock, TimeLimit, cancellationToken)
            );
            RemoveUnsafeLinks(document);
            AddAnchors(document);
            return document;
        }
        catch (ArgumentException tooDeep)
            when (tooDeep.Message.Contains("depth limit", StringComparison.OrdinalIgnoreCase))
        {
            throw new ConversionException(
                "The Markdown is nested too deeply, or one table or paragraph of it is too large, to convert.",
                inner: tooDeep
            );
        }
    }

    /// <summary>The text of the first heading; null when there is none.</summary>
    public static string? TitleOf(MarkdownDocument document)
    {
        var heading = document.Descendants<HeadingBlock>().FirstOrDefault();
        var title = heading is null ? "" : TextOf(heading).Trim();
        return title.Length == 0 ? null : title;
    }

    /// <summary>Whether a browser would take the address as relative or as one of the safe schemes, however it is written.</summary>
    public static bool IsSafe(string? url)
    {
        // Browsers drop leading blanks and every tab and line end, so java<tab>script: is javascript:.
        var seen = string.Concat((url ?? "").Where(static c => c > ' ' && !char.IsControl(c) && !char.IsWhiteSpace(c)));
        var end = seen.AsSpan().IndexOfAny(SchemeEnds);
        return end < 0
            || seen[end] != ':'
            || Array.Exists(SafeSchemes, s => seen.AsSpan(0, end).Equals(s, StringComparison.OrdinalIgnoreCase));
    }

    private static void RemoveUnsafeLinks(MarkdownDocument document)
    {
        foreach (var inline in document.Descendants<Inline>().ToList())
        {
            if (inline is LinkInline link && !IsSafe(link.GetDynamicUrl?.Invoke() ?? link.Url))
            {
                link.ReplaceBy(new ContainerInline(), copyChildren: true); // Its text stays.
            }
            else if (inline is AutolinkInline { IsEmail: false } automatic && !IsSafe(automatic.Url))
            {
                automatic.ReplaceBy(new LiteralInline(automatic.Url));
            }
        }
    }

    /// <summary>Ids as GitHub makes them. Markdig's own are quadratic in the number of equal headings.</summary>
    private static void AddAnchors(MarkdownDocument document)
    {
        var used = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var heading in document.Descendants<HeadingBlock>())
        {
            var id = new StringBuilder();
            foreach (var rune in TextOf(heading).Trim().EnumerateRunes())
            {
                if (Rune.IsLetterOrDigit(rune) || rune.Value is '-' or '_' or ' ')
                {
                    id.Append(rune.Value == ' ' ? "-" : Rune.ToLowerInvariant(rune).ToString());
                }
            }

            var name = id.Length == 0 ? "section" : id.ToString();
            var before = used.GetValueOrDefault(name);
            used[name] = before + 1;
            heading.GetAttributes().Id =
                before == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{before}");
        }
    }

    private static string TextOf(HeadingBlock heading) =>
        string.Concat(
            heading
                .Inline?.Descendants<LeafInline>()
                .Select(static inline =>
                    inline switch
                    {
                        LiteralInline literal => literal.Content.ToString(),
                        CodeInline code => code.Content,
                        HtmlEntityInline entity => entity.Transcoded.ToString(),
                        LineBreakInline => " ",
                        _ => "",
                    }
                )
                ?? []
        );
}
