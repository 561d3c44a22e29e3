using System.Globalization;
using System.Text.RegularExpressions;

namespace PerfKit.Streaming.Tests.Http.Rules;

public static partial class HttpRules
{
    private const string Tag = "^(W/)?\"[\\x21\\x23-\\x7e\\x80-\\xff]*\"$";

    /// <summary>RFC 9110, 8.8, and what HEAD says of it (9.3.2).</summary>
    private static HttpRule[] Validators =>
        [
            Rule("9110 8.8.2.1", Level.Should, "send Last-Modified where it is known", Get(), Has("Last-Modified")),
            Rule("9110 8.8.2.1", Level.Should, "send Last-Modified to HEAD", Head(), Has("Last-Modified")),
            Rule(
                "9110 8.8.2",
                Level.Must,
                "write Last-Modified as IMF-fixdate",
                Get(),
                Field("Last-Modified", value => TryDate(value, out _))
            ),
            Rule(
                "9110 8.8.2",
                Level.Defines,
                "Last-Modified is when the content changed",
                Get(),
                Field("Last-Modified", value => value == "Sun, 04 Jan 2026 12:00:00 GMT")
            ),
            Rule("9110 8.8.2.1", Level.MustNot, "send a Last-Modified later than Date", Future("GET"), NotLater),
            Rule("9110 8.8.2.1", Level.MustNot, "send one later than Date to HEAD", Future("HEAD"), NotLater),
            Rule(
                "9110 8.8.2.1",
                Level.Must,
                "replace a modification in the future by the date of the answer",
                Future("GET"),
                a => a["Last-Modified"] == a["Date"] ? null : $"says {a["Last-Modified"]} at {a["Date"]}"
            ),
            Rule("9110 8.8.3.1", Level.Should, "send an ETag where changes can be seen", Get(), Has("ETag")),
            Rule("9110 8.8.3.1", Level.Should, "send an ETag to HEAD", Head(), Has("ETag")),
            Rule(
                "9110 8.8.3",
                Level.Defines,
                "an entity tag is quoted, without spaces",
                Get(),
                Field("ETag", value => Regex.IsMatch(value, Tag))
            ),
            Rule(
                "9110 8.8.3",
                Level.Must,
                "mark a tag weak that another content can have",
                [Request("GET", "/changing.txt?a"), Request("GET", "/changing.txt?b")],
                a =>
                    a[0].Text == a[1].Text ? "did not change the content"
                    : a[0]["ETag"] is { } tag && !tag.StartsWith("W/", StringComparison.Ordinal) && tag == a[1]["ETag"]
                        ? $"says {tag} of both contents"
                    : null
            ),
            Rule(
                "9110 8.8.1",
                Level.Defines,
                "a strong tag stays while the content does",
                [Get(), Get()],
                a => a[0]["ETag"] == a[1]["ETag"] ? null : "says another tag of the same content"
            ),
            Rule(
                "9110 8.8.3.3",
                Level.Must,
                "give a coded content a strong tag of its own, or a weak one",
                [Get(), Get("Accept-Encoding: br, gzip")],
                a =>
                    a[1]["Content-Encoding"] is null || a[0]["ETag"] is null ? null
                    : a[0]["ETag"] != a[1]["ETag"] || a[0]["ETag"]!.StartsWith("W/", StringComparison.Ordinal) ? null
                    : "says the same strong tag of both"
            ),
            Rule("9110 9.3.2", Level.MustNot, "send content to HEAD", Head(), Is(200), Empty),
            Rule(
                "9110 9.3.2",
                Level.Should,
                "send the fields of GET to HEAD",
                [Get(), Head()],
                a => Differs(a[0], a[1], [.. a[0].Fields.Select(f => f.Key).Where(f => f is not "Date")])
            ),
            Rule(
                "9110 8.6",
                Level.MustNot,
                "send HEAD another Content-Length than that of GET",
                Head(),
                a => a["Content-Length"] is null or "10000" ? null : $"says {a["Content-Length"]}"
            ),
            Rule(
                "9110 8.6",
                Level.Should,
                "send Content-Length where the length is known",
                Get(),
                Field("Content-Length", value => value == "10000")
            ),
        ];

    private static string Future(string method) => Request(method, "/future.txt");

    private static string? NotLater(RuleAnswer a) =>
        a["Last-Modified"] is not { } modified || !TryDate(modified, out var date) ? null
        : TryDate(a["Date"]!, out var sent) && date <= sent ? null
        : $"says {modified} at {a["Date"]}";

    private static bool TryDate(string text, out DateTimeOffset date) =>
        DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
}
