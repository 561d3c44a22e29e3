using System.Text;

namespace PerfKit.Streaming.Tests.Http.Rules;

/// <summary>A multipart body taken apart by RFC 2046, 5.1.1.</summary>
public static class RuleParts
{
    public sealed record Part(string? ContentRange, string? ContentType, byte[] Bytes)
    {
        public int First => int.Parse(ContentRange!.Split(' ', '-')[1]);
    }

    /// <summary>False when the body is none, or any octet is out of place.</summary>
    public static bool TryRead(RuleAnswer answer, out IReadOnlyList<Part> parts)
    {
        parts = [];
        const string prefix = "boundary=";
        var type = answer["Content-Type"] ?? "";
        var at = type.IndexOf(prefix, StringComparison.OrdinalIgnoreCase);
        if (!type.StartsWith("multipart/byteranges", StringComparison.OrdinalIgnoreCase) || at < 0)
        {
            return false;
        }

        var boundary = type[(at + prefix.Length)..].Trim('"');
        var pieces = ("\r\n" + answer.Text.TrimStart('\r', '\n')).Split($"\r\n--{boundary}");
        if (pieces is not ["", _, .., var end] || end.TrimEnd('\r', '\n') != "--")
        {
            return false;
        }

        parts = pieces[1..^1].Select(Read).ToList();
        return parts.All(part => part.ContentRange is not null);
    }

    private static Part Read(string piece)
    {
        var headEnd = piece.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var fields = piece[..headEnd]
            .Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(':', 2))
            .ToDictionary(pair => pair[0], pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
        return new Part(
            fields.GetValueOrDefault("Content-Range"),
            fields.GetValueOrDefault("Content-Type"),
            Encoding.Latin1.GetBytes(piece[(headEnd + 4)..])
        );
    }
}
