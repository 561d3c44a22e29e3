using System.IO.Pipelines;
using Microsoft.Net.Http.Headers;

namespace PerfKit.Streaming.Internal;

/// <summary>The fields before a part (RFC 7578, 4).</summary>
internal static class PartHead
{
    private const int MaxNameCharacters = 255;

    /// <summary>Reads the rest of the delimiter's line, and the lines behind it.</summary>
    public static UploadPart Parse(string head, PipeReader body)
    {
        var lines = head.Split("\r\n");
        if (lines[0].AsSpan().ContainsAnyExcept(" \t"))
        {
            throw FormReader.Malformed("a delimiter is followed by something else");
        }

        string? disposition = null;
        string? contentType = null;
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || line[0] is ' ' or '\t' || line.AsSpan().ContainsAny('\r', '\n', '\0'))
            {
                throw FormReader.Malformed("a part's head has a line that is no field");
            }

            var value = line[(colon + 1)..].Trim(' ', '\t');
            if (line.AsSpan(0, colon).Equals("Content-Disposition", StringComparison.OrdinalIgnoreCase))
            {
                disposition = disposition is null
                    ? value
                    : throw FormReader.Malformed("a part has two Content-Disposition fields");
            }
            else if (line.AsSpan(0, colon).Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                contentType = value;
            }
        }

        if (
            !ContentDispositionHeaderValue.TryParse(disposition, out var parsed)
            || !parsed.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase)
            || !parsed.Name.HasValue
        )
        {
            throw FormReader.Malformed("a part has no Content-Disposition of form-data with a name");
        }

        var fileName = parsed.FileNameStar.HasValue ? parsed.FileNameStar : parsed.FileName;
        return new UploadPart(
            Unquote(parsed.Name.Value!),
            fileName.HasValue ? SafeName(Unquote(fileName.Value!)) : null,
            contentType,
            body
        );
    }

    private static string Unquote(string text) =>
        HeaderUtilities.RemoveQuotes(text).ToString().Replace("\\\"", "\"", StringComparison.Ordinal);

    /// <summary>
    /// A name that leads out of no folder: what stands behind the last separator, with _ for controls, marks that turn the reading
    /// direction and characters that Windows forbids.
    /// </summary>
    private static string SafeName(string name)
    {
        name = name[(name.AsSpan().LastIndexOfAny('/', '\\') + 1)..];
        var safe = string.Create(
            Math.Min(name.Length, MaxNameCharacters),
            name,
            static (to, from) =>
            {
                for (var i = 0; i < to.Length; i++)
                {
                    to[i] = IsUnsafe(from[i]) ? '_' : from[i];
                }
            }
        );
        safe = safe.TrimEnd('.', ' ');
        safe = safe.Length > 0 && char.IsHighSurrogate(safe[^1]) ? safe[..^1] : safe;
        return safe.Length == 0 ? "_" : safe;
    }

    private static bool IsUnsafe(char c) =>
        char.IsControl(c)
        || c is '"' or '<' or '>' or '|' or ':' or '*' or '?'
        || c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\u200e' or '\u200f';
}
