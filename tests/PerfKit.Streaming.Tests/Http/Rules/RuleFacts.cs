using System.Globalization;

namespace PerfKit.Streaming.Tests.Http.Rules;

/// <summary>What a server says of the long content when asked for it plainly.</summary>
public sealed record RuleFacts(Uri Server, string ETag, DateTimeOffset LastModified)
{
    /// <summary>Stands in for a tag the server does not give; no server knows it.</summary>
    private const string Tagless = "\"tagless\"";

    public static async Task<RuleFacts> AskAsync(Uri server, CancellationToken cancellationToken = default)
    {
        var plain = await RuleAnswer.GetAsync(server, "GET /long.txt HTTP/1.1", cancellationToken);
        return new RuleFacts(
            server,
            plain["ETag"] ?? Tagless,
            DateTimeOffset.ParseExact(plain["Last-Modified"]!, "r", CultureInfo.InvariantCulture)
        );
    }

    public string Fill(string request, RuleAnswer? previous) =>
        request
            .Replace("{etag}", ETag, StringComparison.Ordinal)
            .Replace("{opaque}", ETag.Trim('"'), StringComparison.Ordinal)
            .Replace("{date}", Format(LastModified), StringComparison.Ordinal)
            .Replace("{earlier}", Format(LastModified.AddSeconds(-1)), StringComparison.Ordinal)
            .Replace("{later}", Format(LastModified.AddSeconds(1)), StringComparison.Ordinal)
            .Replace("{date850}", Format(LastModified, "dddd, dd-MMM-yy HH:mm:ss 'GMT'"), StringComparison.Ordinal)
            .Replace(
                "{asctime}",
                Format(LastModified, "ddd MMM dd HH:mm:ss yyyy").Replace(" 0", "  ", StringComparison.Ordinal),
                StringComparison.Ordinal
            )
            .Replace("{in49years}", InYears(49), StringComparison.Ordinal)
            .Replace("{in51years}", InYears(51), StringComparison.Ordinal)
            .Replace("{previous}", previous?["Last-Modified"], StringComparison.Ordinal);

    private static string InYears(int years) =>
        Format(TimeProvider.System.GetUtcNow().AddYears(years), "dddd, dd-MMM-yy HH:mm:ss 'GMT'");

    private static string Format(DateTimeOffset date, string format = "r") =>
        date.ToString(format, CultureInfo.InvariantCulture);
}
