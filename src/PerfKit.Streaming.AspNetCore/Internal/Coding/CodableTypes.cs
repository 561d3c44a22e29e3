using System.Collections.Frozen;

namespace PerfKit.Streaming.Internal.Coding;

/// <summary>Media types whose bytes are worth coding. Everything else, media and archives above all, is left alone.</summary>
internal static class CodableTypes
{
    private static readonly FrozenSet<string> Types = new[]
    {
        "application/ecmascript",
        "application/graphql",
        "application/javascript",
        "application/json",
        "application/json-seq",
        "application/json5",
        "application/jsonl",
        "application/n-quads",
        "application/n-triples",
        "application/ndjson",
        "application/postscript",
        "application/rtf",
        "application/sql",
        "application/toml",
        "application/vnd.ms-fontobject",
        "application/wasm",
        "application/x-javascript",
        "application/x-ndjson",
        "application/x-sh",
        "application/x-tex",
        "application/x-yaml",
        "application/xml",
        "application/xml-dtd",
        "application/yaml",
        "font/collection",
        "font/otf",
        "font/sfnt",
        "font/ttf",
        "image/bmp",
        "image/vnd.microsoft.icon",
        "image/x-icon",
        "message/rfc822",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Suffixes = new[] { "json", "json-seq", "xml", "yaml" }.ToFrozenSet(
        StringComparer.OrdinalIgnoreCase
    );

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> TypeLookup = Types.GetAlternateLookup<
        ReadOnlySpan<char>
    >();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> SuffixLookup =
        Suffixes.GetAlternateLookup<ReadOnlySpan<char>>();

    public static bool Contains(ReadOnlySpan<char> contentType)
    {
        var end = contentType.IndexOf(';');
        var type = (end < 0 ? contentType : contentType[..end]).Trim(" \t");
        return type.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
            || TypeLookup.Contains(type)
            || (type.LastIndexOf('+') is >= 0 and var plus && SuffixLookup.Contains(type[(plus + 1)..]));
    }
}
