using System.Net.Http.Headers;
using Microsoft.AspNetCore.StaticFiles;

namespace FileService.Files;

/// <summary>Content types by file name, and which of them a browser may show without being able to do harm.</summary>
internal static class ContentTypes
{
    /// <summary>The type of what is not known.</summary>
    public const string Unknown = "application/octet-stream";

    private static readonly FileExtensionContentTypeProvider Provider = CreateProvider();

    private static readonly HashSet<string> PlainNames = new(
        [
            "README",
            "LICENSE",
            "COPYING",
            "AUTHORS",
            "CHANGELOG",
            "CREDITS",
            "INSTALL",
            "MAINTAINERS",
            "Makefile",
            "Dockerfile",
            "Kconfig",
            "Kbuild",
            ".gitignore",
            ".gitattributes",
            ".editorconfig",
        ],
        StringComparer.OrdinalIgnoreCase
    );

    private static readonly HashSet<string> Harmless = new(
        [
            "text/plain",
            "text/markdown",
            "text/csv",
            "image/png",
            "image/jpeg",
            "image/gif",
            "image/webp",
            "image/avif",
            "image/bmp",
            "audio/mpeg",
            "audio/ogg",
            "audio/wav",
            "audio/flac",
            "audio/mp4",
            "video/mp4",
            "video/webm",
            "video/ogg",
        ],
        StringComparer.OrdinalIgnoreCase
    );

    private static readonly string[] KnownCharsets = ["utf-8", "us-ascii", "iso-8859-1", "utf-16"];

    /// <summary>The type that the name's extension tells; <see cref="Unknown"/> otherwise. Never trusted for showing: see <see cref="IsHarmlessInline"/>.</summary>
    public static string ForPath(string path)
    {
        var name = FilePath.NameOf(path);
        return Provider.TryGetContentType(name, out var type) ? type
            : PlainNames.Contains(name) ? "text/plain"
            : Unknown;
    }

    /// <summary>
    /// Whether a browser may show it in place: plain text, common raster images, sound and video. Never HTML, SVG, XML or
    /// PDF, which can carry scripts, nor text in a charset (UTF-7) that can hide them.
    /// </summary>
    public static bool IsHarmlessInline(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && Harmless.Contains(type.MediaType ?? "")
        && (type.CharSet is null || KnownCharsets.Contains(type.CharSet.Trim('"'), StringComparer.OrdinalIgnoreCase));

    private static FileExtensionContentTypeProvider CreateProvider()
    {
        var provider = new FileExtensionContentTypeProvider();
        foreach (var (type, extensions) in Additions())
        {
            foreach (var extension in extensions.Split(' '))
            {
                provider.Mappings["." + extension] = type;
            }
        }

        return provider;
    }

    private static IEnumerable<(string Type, string Extensions)> Additions() =>
        [
            ("text/markdown", "md markdown mkd"),
            ("text/csv", "csv"),
            ("text/tab-separated-values", "tsv"),
            ("application/jsonl", "jsonl ndjson"),
            ("application/yaml", "yaml yml"),
            ("application/toml", "toml"),
            ("text/x-rst", "rst"),
            ("text/css", "css"),
            ("text/javascript", "js mjs"),
            // Source code is text, whatever the desktop's table says of .ts (a video stream there) or .rs.
            (
                "text/plain",
                "txt text log ini cfg conf env sql sh bash zsh ps1 bat cmd py rb go rs java kt c h cc cpp hpp cs fs vb ts tsx "
                    + "jsx lua pl r swift scala dart ex erl hs clj m mm s asm dts dtsi patch diff tex adoc org po gitignore "
                    + "csproj props targets sln editorconfig dockerfile makefile mk cmake gradle properties proto graphql"
            ),
        ];
}
