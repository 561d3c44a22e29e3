using System.Text;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>A multipart body taken apart by the letter of RFC 2046, 5.1.1: any octet out of place throws.</summary>
internal static class Multipart
{
    public sealed record Part(Dictionary<string, string> Fields, byte[] Body);

    public static IReadOnlyList<Part> Read(RawAnswer answer)
    {
        const string prefix = "multipart/byteranges; boundary=";
        var type = answer["Content-Type"]!;
        type.Should().StartWith(prefix);
        var boundary = type[prefix.Length..];
        boundary.Should().MatchRegex("^[0-9a-f]{32}$");
        var text = Encoding.Latin1.GetString(answer.Body);
        var pieces = text.Split($"\r\n--{boundary}");
        pieces[0].Should().BeEmpty("the body begins with its first boundary");
        pieces[^1].Should().Be("--\r\n", "the last boundary ends it");
        return pieces[1..^1].Select(ReadPart).ToList();
    }

    private static Part ReadPart(string piece)
    {
        piece.Should().StartWith("\r\n");
        var headEnd = piece.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var fields = piece[2..headEnd]
            .Split("\r\n")
            .Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        return new Part(fields, Encoding.Latin1.GetBytes(piece[(headEnd + 4)..]));
    }
}
