using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace PerfKit.Streaming.Internal;

/// <summary>Reads the three formats of RFC 9110, 5.6.7, and writes the first.</summary>
internal static class HttpDate
{
    private const string Rfc850 = "dd-MMM-yy HH:mm:ss 'GMT'"; // Behind the name of the day.

    private static readonly string[] Asctime = ["ddd MMM dd HH:mm:ss yyyy", "ddd MMM  d HH:mm:ss yyyy"];

    /// <summary>The date, or null for anything but a single line with a single date.</summary>
    public static DateTimeOffset? Parse(StringValues field, DateTimeOffset now)
    {
        if (field.Count != 1 || field[0] is not { } text)
        {
            return null;
        }

        return TryExact(text, "r", out var date) ? date
            : text.IndexOf(", ", StringComparison.Ordinal) is var comma and > 0 ? WithShortYear(text, comma, now)
            : DateTimeOffset.TryParseExact(text, Asctime, Invariant, DateTimeStyles.AssumeUniversal, out date) ? date
            : null;
    }

    /// <summary>The date as fields say it: whole seconds, rounded down.</summary>
    public static string Format(DateTimeOffset date) => date.ToString("r", Invariant);

    public static DateTimeOffset WholeSeconds(DateTimeOffset date) =>
        new(date.UtcTicks - (date.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

    private static CultureInfo Invariant => CultureInfo.InvariantCulture;

    /// <summary>A year that would lie more than 50 years ahead is the one a century before.</summary>
    private static DateTimeOffset? WithShortYear(string text, int comma, DateTimeOffset now)
    {
        if (!TryExact(text.AsSpan(comma + 2), Rfc850, out var parsed))
        {
            return null;
        }

        var date = parsed.AddYears(now.Year - (now.Year % 100) + (parsed.Year % 100) - parsed.Year);
        return date > now.AddYears(50) ? date.AddYears(-100) : date;
    }

    private static bool TryExact(ReadOnlySpan<char> text, string format, out DateTimeOffset date) =>
        DateTimeOffset.TryParseExact(text, format, Invariant, DateTimeStyles.AssumeUniversal, out date);
}
