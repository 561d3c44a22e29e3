using System.Security.Cryptography;
using System.Text;

namespace PerfKit.Streaming.Tests.Http.Rules;

/// <summary>The contents that the rules are about, the same on every server.</summary>
public static class RuleContent
{
    public const int Length = 10_000;
    public const string Type = "text/plain";

    /// <summary>Fields the application sets on every success, beside what the server knows.</summary>
    public static IReadOnlyDictionary<string, string> ApplicationFields { get; } =
        new Dictionary<string, string>
        {
            ["Cache-Control"] = "private, max-age=60",
            ["Content-Location"] = "/long.txt",
            ["Expires"] = "Thu, 01 Jan 2032 00:00:00 GMT",
            ["Vary"] = "Origin",
        };

    /// <summary>
    /// Numbered lines, so that any part tells where it is from; on the fourth day of a month, for asctime's two blanks.
    /// </summary>
    public static byte[] Text { get; } =
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, Length / 10).Select(i => $"{i:000000000}\n")));

    public static DateTimeOffset Changed { get; } = new(2026, 1, 4, 12, 0, 0, 345, TimeSpan.Zero);

    public static string TextDigest { get; } = Digest(Text);

    public static string Digest(byte[] bytes) => Convert.ToBase64String(SHA256.HashData(bytes));
}
