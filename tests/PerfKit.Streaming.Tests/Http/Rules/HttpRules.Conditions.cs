namespace PerfKit.Streaming.Tests.Http.Rules;

public static partial class HttpRules
{
    private const string Other = "\"another\"";

    /// <summary>RFC 9110, 13.1.1, 13.1.2 and 5.6.1.</summary>
    private static HttpRule[] EntityTagConditions =>
        [
            Match(true, "the tag", "{etag}", 200),
            Match(true, "one of a list", $"{Other}, {{etag}}", 200),
            Match(true, "any with *", "*", 200),
            Match(true, "one behind empty elements", $",, {Other} ,,\t{{etag}},", 200),
            Match(true, "one behind a tag with commas", "\"a,b\", {etag}", 200),
            Match(true, "not another tag", Other, 412),
            Match(true, "not a longer tag", "\"{opaque}x\"", 412),
            Match(true, "not the tag without its quotes", "{opaque}", 412),
            Rule("9110 13.1.1", Level.Must, "compare If-Match strongly", Get("If-Match: W/{etag}"), Is(412)),
            Rule(
                "9110 13.1.1",
                Level.Defines,
                "If-Match of two lines is one list",
                Get($"If-Match: {Other}", "If-Match: {etag}"),
                Is(200)
            ),
            Rule("9110 13.1.1", Level.Must, "evaluate If-Match on HEAD", Head($"If-Match: {Other}"), Is(412)),
            Rule(
                "9110 13.1.1",
                Level.MustNot,
                "perform another method when If-Match is false",
                [Post(), Post($"If-Match: {Other}")],
                a => a[0].Status == 200 && a[1].Status != 412 ? $"answered {a[1].Status}" : null
            ),
            Rule(
                "9110 13.1.1",
                Level.MustNot,
                "perform GET when If-Match is false",
                Get($"If-Match: {Other}"),
                Is(412)
            ),
            Match(false, "the tag", "{etag}", 304),
            Match(false, "one of a list", $"{Other}, {{etag}}", 304),
            Match(false, "any with *", "*", 304),
            Match(false, "one behind empty elements", $",, {Other} ,,\t{{etag}},", 304),
            Match(false, "one behind a tag with commas", "\"a,b\", {etag}", 304),
            Match(false, "not another tag", Other, 200),
            Match(false, "not a longer tag", "\"{opaque}x\"", 200),
            Rule("9110 13.1.2", Level.Must, "compare If-None-Match weakly", Get("If-None-Match: W/{etag}"), Is(304)),
            Rule(
                "9110 13.1.2",
                Level.Defines,
                "If-None-Match of two lines is one list",
                Get($"If-None-Match: {Other}", "If-None-Match: {etag}"),
                Is(304)
            ),
            Rule("9110 13.1.2", Level.Must, "answer HEAD with 304", Head("If-None-Match: {etag}"), Is(304), Empty),
            Rule(
                "9110 13.1.2",
                Level.Must,
                "answer other methods with 412",
                [Post(), Post("If-None-Match: {etag}")],
                a => a[0].Status == 200 && a[1].Status != 412 ? $"answered {a[1].Status}" : null
            ),
            Rule(
                "9110 13.1.2",
                Level.Must,
                "answer other methods with 412 also for *",
                [Post(), Post("If-None-Match: *")],
                a => a[0].Status == 200 && a[1].Status != 412 ? $"answered {a[1].Status}" : null
            ),
        ];

    /// <summary>RFC 9110, 13.1.3, 13.1.4 and the dates of 5.6.7.</summary>
    private static HttpRule[] DateConditions =>
        [
            Modified(Level.ShouldNot, "send what has the same date", "{date}", 304),
            Modified(Level.ShouldNot, "send what is older", "{later}", 304),
            Modified(Level.Defines, "newer content is sent", "{earlier}", 200),
            Modified(Level.Must, "ignore what is no date", "soon", 200),
            Modified(Level.Must, "ignore a date without its zone", "Sun, 04 Jan 2026 12:00:00", 200),
            Modified(Level.Must, "ignore a date of another zone", "Sun, 04 Jan 2026 12:00:00 +0000", 200),
            Modified(Level.Must, "ignore a number", "1767528000", 200),
            Rule(
                "9110 13.1.3",
                Level.Must,
                "ignore If-Modified-Since of two members",
                Get("If-Modified-Since: {date}", "If-Modified-Since: {date}"),
                Is(200)
            ),
            Rule(
                "9110 13.1.3",
                Level.Must,
                "ignore If-Modified-Since beside If-None-Match",
                Get($"If-None-Match: {Other}", "If-Modified-Since: {date}"),
                Is(200)
            ),
            Rule(
                "9110 13.1.3",
                Level.Must,
                "ignore If-Modified-Since on other methods",
                [Post(), Post("If-Modified-Since: {date}")],
                a => a[0].Status == a[1].Status ? null : $"answered {a[1].Status}"
            ),
            Rule(
                "9110 13.1.3",
                Level.Should,
                "answer HEAD with 304",
                Head("If-Modified-Since: {date}"),
                Is(304),
                Empty
            ),
            Rule("9110 5.6.7", Level.Must, "read dates of RFC 850", Get("If-Modified-Since: {date850}"), Is(304)),
            Rule("9110 5.6.7", Level.Must, "read dates of asctime", Get("If-Modified-Since: {asctime}"), Is(304)),
            Rule(
                "9110 5.6.7",
                Level.Must,
                "take a short year of more than 50 years ahead as one of the past",
                Get("If-Modified-Since: {in51years}"),
                Is(200)
            ),
            Rule(
                "9110 5.6.7",
                Level.Defines,
                "a short year of less than 50 years ahead is in the future",
                Get("If-Modified-Since: {in49years}"),
                Is(304)
            ),
            Unmodified(Level.Defines, "the same date holds", "{date}", 200),
            Unmodified(Level.Defines, "a later date holds", "{later}", 200),
            Unmodified(Level.MustNot, "perform GET when If-Unmodified-Since is false", "{earlier}", 412),
            Unmodified(Level.Must, "ignore what is no date", "once", 200),
            Unmodified(Level.Must, "ignore a list of dates", "{earlier}, {earlier}", 200),
            Unmodified(Level.Must, "ignore a date without its zone", "Sun, 04 Jan 2026 11:59:59", 200),
            Unmodified(Level.Must, "read dates of RFC 850", "{date850}", 200),
            Unmodified(Level.Must, "read dates of asctime", "{asctime}", 200),
            Unmodified(Level.Must, "take a short year of 51 years ahead as one of the past", "{in51years}", 412),
            Unmodified(Level.Defines, "take a short year of 49 years ahead as one of the future", "{in49years}", 200),
            Rule(
                "9110 13.1.4",
                Level.Must,
                "ignore If-Unmodified-Since beside If-Match",
                Get("If-Match: {etag}", "If-Unmodified-Since: {earlier}"),
                Is(200)
            ),
            Rule("9110 13.1.4", Level.Must, "evaluate it on HEAD", Head("If-Unmodified-Since: {earlier}"), Is(412)),
            Rule(
                "9110 13.1.4",
                Level.MustNot,
                "perform another method when If-Unmodified-Since is false",
                [Post(), Post("If-Unmodified-Since: {earlier}")],
                a => a[0].Status == 200 && a[1].Status != 412 ? $"answered {a[1].Status}" : null
            ),
            Rule(
                "9110 13.1.3",
                Level.Must,
                "ignore date conditions on what has no date",
                [Undated(), Undated("If-Modified-Since: {later}"), Undated("If-Unmodified-Since: {earlier}")],
                a =>
                    a[0]["Last-Modified"] is not null ? null
                    : a.FirstOrDefault(x => x.Status != a[0].Status) is { } changed ? $"answered {changed.Status}"
                    : null
            ),
        ];

    /// <summary>RFC 9110, 13.2 and 13.1.5.</summary>
    private static HttpRule[] Order =>
        [
            Rule(
                "9110 13.2.1",
                Level.Must,
                "ignore conditions where the answer is no success anyway",
                Request(
                    "GET",
                    "/missing.txt",
                    $"If-Match: {Other}",
                    "If-None-Match: *",
                    "If-Unmodified-Since: {earlier}"
                ),
                Is(404)
            ),
            Rule(
                "9110 13.2.1",
                Level.Must,
                "ignore conditions on OPTIONS",
                Request("OPTIONS", "/long.txt", $"If-Match: {Other}"),
                IsNot(412, 304)
            ),
            Rule(
                "9110 13.2.1",
                Level.Must,
                "ignore conditions on TRACE",
                Request("TRACE", "/long.txt", $"If-Match: {Other}"),
                IsNot(412, 304)
            ),
            InOrder("If-Match before If-None-Match", 412, $"If-Match: {Other}", "If-None-Match: {etag}"),
            InOrder("If-None-Match behind If-Match", 304, "If-Match: {etag}", "If-None-Match: {etag}"),
            InOrder("both true", 200, "If-Match: {etag}", $"If-None-Match: {Other}"),
            InOrder(
                "If-Unmodified-Since before If-None-Match",
                412,
                "If-Unmodified-Since: {earlier}",
                "If-None-Match: {etag}"
            ),
            InOrder(
                "If-Unmodified-Since before If-Modified-Since",
                412,
                "If-Unmodified-Since: {earlier}",
                "If-Modified-Since: {date}"
            ),
            InOrder(
                "If-Match instead of If-Unmodified-Since",
                412,
                $"If-Match: {Other}",
                "If-Unmodified-Since: {date}"
            ),
            InOrder("If-Modified-Since behind If-Match", 304, "If-Match: {etag}", "If-Modified-Since: {date}"),
            InOrder(
                "If-None-Match instead of If-Modified-Since",
                304,
                "If-None-Match: {etag}",
                "If-Modified-Since: {earlier}"
            ),
            InOrder("If-None-Match before Range", 304, "If-None-Match: {etag}", "Range: bytes=0-9"),
            InOrder("If-None-Match before an unsatisfiable Range", 304, "If-None-Match: {etag}", "Range: bytes=10000-"),
            InOrder("If-Modified-Since before Range", 304, "If-Modified-Since: {date}", "Range: bytes=0-9"),
            InOrder("If-Match before Range", 412, $"If-Match: {Other}", "Range: bytes=0-9"),
            InOrder("Range behind If-Match", 206, "If-Match: {etag}", "Range: bytes=0-9"),
            InOrder(
                "If-None-Match before If-Range",
                304,
                "If-None-Match: {etag}",
                "If-Range: {etag}",
                "Range: bytes=0-9"
            ),
            IfRange(Level.Should, "send the part of the same tag", "{etag}", 206),
            IfRange(Level.Should, "send the part of exactly the same date", "{date}", 206),
            IfRange(Level.Must, "ignore Range for another tag", Other, 200),
            IfRange(Level.Must, "ignore Range for a weak tag", "W/{etag}", 200),
            IfRange(Level.Must, "ignore Range for a list of tags", $"{{etag}}, {Other}", 200),
            IfRange(Level.Must, "ignore Range for a later date", "{later}", 200),
            IfRange(Level.Must, "ignore Range for an earlier date", "{earlier}", 200),
            IfRange(Level.Must, "ignore Range for what is neither", "soon", 200),
            IfRange(Level.Must, "ignore Range for *", "*", 200),
            Rule(
                "9110 13.1.5",
                Level.Must,
                "ignore Range for a date that is not yet strong",
                [Future("GET"), Request("GET", "/future.txt", "If-Range: {previous}", "Range: bytes=0-9")],
                a => a[1].Status == 206 && a[0]["Last-Modified"] == a[1]["Last-Modified"] ? "sent a part" : null
            ),
            Rule("9110 13.1.5", Level.Must, "ignore If-Range without Range", Get($"If-Range: {Other}"), Whole),
            Rule(
                "9110 13.1.5",
                Level.Must,
                "ignore an unsatisfiable Range when If-Range is false",
                Get($"If-Range: {Other}", "Range: bytes=10000-"),
                Whole
            ),
        ];

    private static HttpRule Match(bool wanted, string says, string value, int status) =>
        Rule(
            wanted ? "9110 13.1.1" : "9110 13.1.2",
            Level.Must,
            $"evaluate {(wanted ? "If-Match" : "If-None-Match")}: it matches {says}",
            Get($"{(wanted ? "If-Match" : "If-None-Match")}: {value}"),
            Is(status)
        );

    private static HttpRule Modified(Level level, string says, string date, int status) =>
        Rule("9110 13.1.3", level, $"If-Modified-Since: {says}", Get($"If-Modified-Since: {date}"), Is(status));

    private static HttpRule Unmodified(Level level, string says, string date, int status) =>
        Rule("9110 13.1.4", level, $"If-Unmodified-Since: {says}", Get($"If-Unmodified-Since: {date}"), Is(status));

    private static HttpRule InOrder(string says, int status, params string[] fields) =>
        Rule("9110 13.2.2", Level.Must, $"evaluate {says}", Get(fields), Is(status));

    private static HttpRule IfRange(Level level, string says, string value, int status) =>
        Rule(
            "9110 13.1.5",
            level,
            $"If-Range: {says}",
            Get($"If-Range: {value}", "Range: bytes=100-109"),
            status == 206 ? Part(100, 109) : Whole
        );

    private static string Undated(params string[] fields) => Request("GET", "/undated.txt", fields);
}
