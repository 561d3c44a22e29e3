namespace PerfKit.Streaming.Tests.Http.Rules;

public static partial class HttpRules
{
    private const string HalfOfTwoTo64 = "9223372036854775808";
    private const string TwoTo64 = "18446744073709551616";

    /// <summary>RFC 9110, 14.1 to 14.4, and 416 (15.5.17).</summary>
    private static HttpRule[] Ranges =>
        [
            Satisfied("the first 500 bytes", "bytes=0-499", 0, 499),
            Satisfied("the second 500 bytes", "bytes=500-999", 500, 999),
            Satisfied("one byte", "bytes=0-0", 0, 0),
            Satisfied("the last byte", "bytes=9999-9999", 9999, 9999),
            Satisfied("the final 500 bytes", "bytes=-500", 9500, 9999),
            Satisfied("the final 500 bytes with an open end", "bytes=9500-", 9500, 9999),
            Satisfied("a last position behind the end: the remainder", "bytes=9990-20000", 9990, 9999),
            Satisfied("leading zeros", "bytes=0000-0004", 0, 4),
            Satisfied("a unit in capitals", "BYTES=0-9", 0, 9),
            Satisfied("touching ranges, which are one", "bytes=500-600,601-999", 500, 999),
            Satisfied("overlapping ranges, which are one", "bytes=500-700,601-999", 500, 999),
            Satisfied("a satisfiable range among others", "bytes=10000-,0-9,-0", 0, 9),
            Satisfied("a range with blanks around it", "bytes= 0-9 ", 0, 9),
            Rule(
                "9110 14.1.2",
                Level.Defines,
                "a suffix longer than the content is the whole",
                Get("Range: bytes=-20000"),
                Is(200, 206),
                a => a.Body.AsSpan().SequenceEqual(RuleContent.Text) ? null : "sent less"
            ),
            Rule(
                "9110 5.6.1.2",
                Level.Must,
                "pass over an empty element in front",
                Get("Range: bytes=,0-9"),
                Part(0, 9)
            ),
            Rule("9110 5.6.1.2", Level.Must, "pass over empty elements behind", Get("Range: bytes=0-9, ,"), Part(0, 9)),
            Rule(
                "9110 14.1.2",
                Level.Must,
                "read a last position of 2^63",
                Get($"Range: bytes=9990-{HalfOfTwoTo64}"),
                Part(9990, 9999)
            ),
            Rule(
                "9110 14.1.2",
                Level.Must,
                "read a last position of 2^64",
                Get($"Range: bytes=9990-{TwoTo64}"),
                Part(9990, 9999)
            ),
            Rule("9110 14.1.2", Level.Must, "read a first position of 2^64", Get($"Range: bytes={TwoTo64}-"), Is(416)),
            Rule(
                "9110 14.1.2",
                Level.Must,
                "read a suffix of 2^64",
                Get($"Range: bytes=-{TwoTo64}"),
                Is(200, 206),
                a => a.Body.AsSpan().SequenceEqual(RuleContent.Text) ? null : "sent less"
            ),
            Rule("9110 14.2", Level.Must, "ignore a unit that is not understood", Get("Range: lines=0-5"), Whole),
            Rule("9110 14.2", Level.Must, "ignore a unit that only begins like one", Get("Range: bytesx=0-5"), Whole),
            Rule("9110 14.2", Level.Must, "ignore a field without a unit", Get("Range: 0-5"), Whole),
            Rule(
                "9110 14.2",
                Level.Must,
                "ignore Range on HEAD",
                Head("Range: bytes=0-9"),
                Is(200),
                HasNone("Content-Range")
            ),
            Rule(
                "9110 14.2",
                Level.Must,
                "ignore an unsatisfiable Range on HEAD",
                Head("Range: bytes=10000-"),
                Is(200),
                HasNone("Content-Range")
            ),
            Rule(
                "9110 14.2",
                Level.Must,
                "ignore Range on other methods",
                [Post(), Post("Range: bytes=0-9")],
                a => a[0].Status == a[1].Status ? null : $"answered {a[1].Status}"
            ),
            Invalid("a last position before the first", "bytes=9-0"),
            Invalid("words", "bytes=all"),
            Invalid("a dash alone", "bytes=-"),
            Invalid("a sign", "bytes=+0-9"),
            Invalid("nothing", "bytes="),
            Invalid("an invalid range behind a valid one", "bytes=0-9,9-0"),
            Unsatisfiable("a first position at the end", "bytes=10000-"),
            Unsatisfiable("positions behind the end", "bytes=10000-20000"),
            Unsatisfiable("a suffix of nothing", "bytes=-0"),
            Unsatisfiable("several ranges, none satisfiable", "bytes=-0, 10000-, 20000-30000"),
            Rule(
                "9110 15.5.17",
                Level.Should,
                "say the length with 416",
                Get("Range: bytes=10000-"),
                Is(416),
                Field("Content-Range", value => value == "bytes */10000")
            ),
            Rule(
                "9110 14.1.2",
                Level.Defines,
                "an int-range of an empty content is not satisfiable",
                Request("GET", "/empty.txt", "Range: bytes=0-"),
                Is(416, 200)
            ),
            Rule(
                "9110 14.1.2",
                Level.Defines,
                "a suffix of an empty content is satisfiable",
                Request("GET", "/empty.txt", "Range: bytes=-5"),
                Is(200, 206),
                HasNone("Content-Range")
            ),
            Rule("9110 14.4", Level.Must, "ignore Content-Range in GET", Get("Content-Range: bytes 0-9/10000"), Whole),
            Rule(
                "9110 14.4",
                Level.Should,
                "say the complete length in Content-Range",
                Get("Range: bytes=0-9"),
                Is(206),
                Field("Content-Range", value => value.EndsWith("/10000", StringComparison.Ordinal))
            ),
            Rule("9110 14.4", Level.Defines, "Content-Range means nothing on 200", Get(), HasNone("Content-Range")),
            Rule(
                "9110 14.3",
                Level.Defines,
                "Accept-Ranges is a list of units",
                Get(),
                a => a["Accept-Ranges"] is null or "bytes" ? null : $"says {a["Accept-Ranges"]}"
            ),
        ];

    private static HttpRule Satisfied(string says, string range, int first, int last) =>
        Rule("9110 14.2", Level.Should, $"send {says}", Get($"Range: {range}"), Part(first, last));

    private static HttpRule Unsatisfiable(string says, string range) =>
        Rule("9110 14.2", Level.Should, $"answer 416 to {says}", Get($"Range: {range}"), Is(416));

    /// <summary>May be ignored or refused, and no part may be made of it.</summary>
    private static HttpRule Invalid(string says, string range) =>
        Rule("9110 14.1.1", Level.Defines, $"a range of {says} is invalid", Get($"Range: {range}"), Is(200, 400, 416));
}
