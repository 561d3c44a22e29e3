using System.Diagnostics.CodeAnalysis;
using System.Text;
using PerfKit.Query;

namespace FileService.Files;

/// <summary>
/// The rules of a path inside a workspace: safe to extract on every operating system, however it was encoded on the way.
/// <c>docs/guide.md</c>, never <c>../guide.md</c>, <c>/etc/passwd</c>, <c>C:x</c> or <c>nul.txt</c>.
/// </summary>
internal static class FilePath
{
    /// <summary>The longest path, in UTF-8 bytes.</summary>
    public const int MaxBytes = 1_024;

    /// <summary>The longest name between two slashes, in UTF-8 bytes.</summary>
    public const int MaxSegmentBytes = 255;

    private const int DecodeRounds = 3; // More layers of encoding than this are refused as they are.

    private static readonly string[] HiddenPieces =
    [
        "%2f",
        "%5c",
        "%00",
        "%c0%a", // Overlong '.' and '/' in two, three and four bytes.
        "%c1%",
        "%e0%80%",
        "%f0%80%",
    ];

    private static readonly HashSet<string> Devices = new(
        [
            "CON",
            "PRN",
            "AUX",
            "NUL",
            "CONIN$",
            "CONOUT$",
            .. "0123456789¹²³".SelectMany(static digit => new[] { $"COM{digit}", $"LPT{digit}" }),
        ],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>Checks a path that was percent-decoded once and brings it to form C; the error is a sentence naming fault and value.</summary>
    /// <remarks>
    /// Refuses what would mean something else after one more decoding (<c>%2e%2e</c>, <c>%2f</c>): a proxy or a client may do it.
    /// </remarks>
    public static bool TryNormalize(
        string? raw,
        [NotNullWhen(true)] out string? path,
        [NotNullWhen(false)] out string? error
    )
    {
        path = null;
        error = Fault(raw, out var normalized);
        if (error is not null)
        {
            error = $"The path {Shorten(raw)} {error}.";
            return false;
        }

        path = normalized;
        return true;
    }

    /// <summary>The name of the file: what follows the last slash.</summary>
    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string? Fault(string? raw, out string normalized)
    {
        normalized = "";
        if (string.IsNullOrEmpty(raw))
        {
            return "is empty";
        }

        if (raw.Length > MaxBytes || !SearchText.IsWellFormed(raw))
        {
            return raw.Length > MaxBytes ? $"is longer than {MaxBytes} bytes" : "holds half of a surrogate pair";
        }

        normalized = SearchText.Normalize(raw);
        return WholeFault(normalized) ?? SegmentsFault(normalized) ?? EncodedFault(normalized);
    }

    private static string? WholeFault(string path)
    {
        if (Encoding.UTF8.GetByteCount(path) > MaxBytes)
        {
            return $"is longer than {MaxBytes} bytes";
        }

        if (path.AsSpan().ContainsAnyInRange('\0', '\u001F') || path.AsSpan().ContainsAnyInRange('\u007F', '\u009F'))
        {
            return "holds a control character";
        }

        if (path.Contains('\\', StringComparison.Ordinal))
        {
            return "holds a backslash; '/' parts folders";
        }

        if (path[0] == '/')
        {
            return "is absolute; it must be relative to the workspace";
        }

        return path.Length > 1 && char.IsAsciiLetter(path[0]) && path[1] == ':' ? "names a drive" : null;
    }

    private static string? SegmentsFault(string path)
    {
        foreach (var range in path.AsSpan().Split('/'))
        {
            var segment = path.AsSpan(range);
            if (segment.IsEmpty)
            {
                return "has an empty segment";
            }

            if (segment is "." or "..")
            {
                return $"has the segment '{segment}'";
            }

            if (segment[^1] is '.' or ' ')
            {
                return $"has a segment that ends with a {(segment[^1] == '.' ? "dot" : "space")}";
            }

            if (Encoding.UTF8.GetByteCount(segment) > MaxSegmentBytes)
            {
                return $"has a segment longer than {MaxSegmentBytes} bytes";
            }

            var dot = segment.IndexOf('.');
            var stem = (dot < 0 ? segment : segment[..dot]).TrimEnd(' ').ToString();
            if (Devices.Contains(stem))
            {
                return $"has the name '{stem}', which Windows reserves for a device";
            }
        }

        return null;
    }

    private static string? EncodedFault(string path)
    {
        const string Fault = "hides a separator or a parent folder in percent-encoding";
        for (var round = 0; path.Contains('%', StringComparison.Ordinal); round++)
        {
            if (HiddenPieces.Any(piece => path.Contains(piece, StringComparison.OrdinalIgnoreCase)))
            {
                return Fault;
            }

            var decoded = Uri.UnescapeDataString(path);
            if (decoded == path)
            {
                return null;
            }

            if (round == DecodeRounds || Array.Exists(decoded.Split('/'), static segment => segment is "." or ".."))
            {
                return Fault;
            }

            path = decoded;
        }

        return null;
    }

    private static string Shorten(string? raw)
    {
        const int Shown = 80;
        var shown = new StringBuilder(Shown).Append('\'');
        foreach (var c in raw.AsSpan(0, Math.Min(raw?.Length ?? 0, Shown)))
        {
            shown.Append(char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c);
        }

        return shown.Append(raw?.Length > Shown ? "…'" : "'").ToString();
    }
}
