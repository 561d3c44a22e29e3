using System.Text.RegularExpressions;

namespace PerfKit.Streaming.Tests.Http.Rules;

public static partial class HttpRules
{
    private const string Three = "Range: bytes=5000-5009,0-9,-10";

    private static readonly string[] KeptBy206 =
    [
        "Cache-Control",
        "Content-Location",
        "Date",
        "ETag",
        "Expires",
        "Vary",
    ];

    /// <summary>RFC 9110, 15.3.7 and 14.6.</summary>
    private static HttpRule[] Parts =>
        [
            Rule(
                "9110 15.3.7.1",
                Level.Must,
                "say Content-Range with a single part",
                Get("Range: bytes=0-9"),
                Part(0, 9)
            ),
            Rule(
                "9110 15.3.7",
                Level.Defines,
                "Content-Length of 206 counts what is sent",
                Get("Range: bytes=0-9"),
                Is(206),
                Field("Content-Length", value => value == "10")
            ),
            Rule(
                "9110 15.3.7",
                Level.Must,
                "send with 206 what 200 says of caching and identity",
                [Get(), Get("Range: bytes=0-9")],
                a =>
                    Is(206)(a[1])
                    ?? Has(KeptBy206)(a[1])
                    ?? Differs(a[0], a[1], KeptBy206[..2])
                    ?? Differs(a[0], a[1], KeptBy206[3..])
            ),
            Rule(
                "9110 15.3.7",
                Level.Must,
                "send the same with a multipart 206",
                [Get(), Get(Three)],
                a => Is(206)(a[1]) ?? Differs(a[0], a[1], KeptBy206[..2]) ?? Differs(a[0], a[1], KeptBy206[3..])
            ),
            Rule(
                "9110 15.3.7",
                Level.Must,
                "send the same with a 206 to If-Range",
                [Get(), Get("Range: bytes=0-9", "If-Range: {etag}")],
                a => Is(206)(a[1]) ?? Differs(a[0], a[1], KeptBy206[..2]) ?? Differs(a[0], a[1], KeptBy206[3..])
            ),
            Rule(
                "9110 15.3.7",
                Level.Must,
                "send with 206 all representation fields of 200",
                [Get(), Get("Range: bytes=0-9")],
                a =>
                    Is(206)(a[1])
                    ?? Differs(
                        a[0],
                        a[1],
                        "Content-Type",
                        "Content-Encoding",
                        "Content-Language",
                        "Last-Modified",
                        "Repr-Digest"
                    )
            ),
            Rule(
                "9110 15.3.7",
                Level.Must,
                "send with a multipart 206 all representation fields of 200 but the type",
                [Get(), Get(Three)],
                a =>
                    Is(206)(a[1])
                    ?? Differs(a[0], a[1], "Content-Encoding", "Content-Language", "Last-Modified", "Repr-Digest")
            ),
            Rule(
                "9110 15.3.7",
                Level.ShouldNot,
                "send other representation fields with a 206 to If-Range",
                Get("Range: bytes=0-9", "If-Range: {etag}"),
                Is(206),
                HasNone("Content-Type", "Content-Encoding", "Content-Language", "Repr-Digest")
            ),
            Rule("9110 14.2", Level.Should, "send several satisfiable ranges as 206", Get(Three), Is(206)),
            Rule(
                "9110 15.3.7.2",
                Level.Must,
                "send several parts as multipart/byteranges with a boundary",
                Get(Three),
                Field(
                    "Content-Type",
                    value => Regex.IsMatch(value, "^multipart/byteranges; *boundary=\"?[^\"]{1,70}\"?$")
                )
            ),
            Rule(
                "9110 15.3.7.2",
                Level.MustNot,
                "say Content-Range in the head of a multipart answer",
                Get(Three),
                Is(206),
                HasNone("Content-Range")
            ),
            Rule(
                "9110 15.3.7.2",
                Level.Must,
                "say Content-Range in each part",
                Get(Three),
                InParts(p => p.ContentRange is null ? "a part has none" : null)
            ),
            Rule(
                "9110 15.3.7.2",
                Level.Should,
                "say the Content-Type of 200 in each part",
                [Get(), Get(Three)],
                a => InParts(p => p.ContentType == a[0]["Content-Type"] ? null : $"a part says {p.ContentType}")(a[1])
            ),
            Rule(
                "9110 15.3.7.2",
                Level.Should,
                "send the parts in the order of the field",
                Get(Three),
                OrderOf("5000-5009", "0-9", "9990-9999")
            ),
            Rule(
                "9110 15.3.7.2",
                Level.Should,
                "keep the order without the unsatisfiable and the joined",
                Get("Range: bytes=10000-,5000-5009,0-9,5010-5019"),
                OrderOf("5000-5019", "0-9")
            ),
            Rule(
                "9110 14.6",
                Level.Defines,
                "each part holds the bytes it names",
                Get(Three),
                InParts(p =>
                    RuleContent.Text.AsSpan(p.First, p.Bytes.Length).SequenceEqual(p.Bytes)
                        ? null
                        : "a part holds others"
                )
            ),
            Rule(
                "9110 14.6",
                Level.Defines,
                "a multipart body ends with its last boundary and has its Content-Length",
                Get(Three),
                a => RuleParts.TryRead(a, out _) && a["Content-Length"] == $"{a.Body.Length}" ? null : "it does not"
            ),
            Rule(
                "9110 14.1.2",
                Level.Defines,
                "blanks may stand between ranges",
                Get("Range: bytes= 0-999, 4500-5499, -1000"),
                OrderOf("0-999", "4500-5499", "9000-9999")
            ),
            Rule(
                "9110 15.3.7.2",
                Level.MustNot,
                "answer a single range with a multipart",
                Get("Range: bytes=0-9"),
                Field("Content-Type", value => !value.StartsWith("multipart/", StringComparison.Ordinal))
            ),
            Rule(
                "9110 14.2",
                Level.Defines,
                "ranges of a weak If-Range are ignored as a single one is",
                Get(Three, "If-Range: W/{etag}"),
                Whole
            ),
        ];

    /// <summary>RFC 9110, 15.4.5, and what a 412 and a 416 may say.</summary>
    private static HttpRule[] NotModified =>
        [
            .. new[] { "Content-Location", "ETag", "Vary", "Cache-Control", "Expires" }.Select(name =>
                Rule(
                    "9110 15.4.5",
                    Level.Must,
                    $"send with 304 the {name} of 200",
                    [Get(), Get("If-None-Match: *")],
                    a => Is(304)(a[1]) ?? Has(name)(a[0]) ?? Differs(a[0], a[1], name)
                )
            ),
            Rule("9110 15.4.5", Level.Must, "send Date with 304", Get("If-None-Match: *"), Is(304), Has("Date")),
            Rule(
                "9110 15.4.5",
                Level.ShouldNot,
                "send other representation fields with 304",
                Get("If-None-Match: *"),
                Is(304),
                HasNone(
                    "Content-Type",
                    "Content-Encoding",
                    "Content-Language",
                    "Content-Range",
                    "Repr-Digest",
                    "Content-Digest"
                ),
                a => a["ETag"] is not null && a["Last-Modified"] is not null ? "has Last-Modified beside ETag" : null
            ),
            Rule("9110 15.4.5", Level.Defines, "304 has no content", Get("If-None-Match: *"), Is(304), Empty),
            Rule(
                "9110 8.6",
                Level.MustNot,
                "send 304 another Content-Length than that of 200",
                Get("If-None-Match: *"),
                a => a["Content-Length"] is null or "10000" ? null : $"says {a["Content-Length"]}"
            ),
            Rule(
                "9110 15.5.13",
                Level.Defines,
                "a failed condition sends nothing of the content",
                Get($"If-Match: {Other}"),
                Is(412),
                NoneOfIt
            ),
            Rule(
                "9110 15.5.17",
                Level.Defines,
                "416 sends nothing of the content",
                Get("Range: bytes=10000-"),
                Is(416),
                NoneOfIt
            ),
        ];

    private static string? NoneOfIt(RuleAnswer a) =>
        a.Text.Contains("000000001", StringComparison.Ordinal) ? "sent the content" : null;

    private static Func<RuleAnswer, string?> InParts(Func<RuleParts.Part, string?> fault) =>
        a =>
            a.Status != 206 ? $"answered {a.Status}"
            : !RuleParts.TryRead(a, out var parts) ? "is no multipart body"
            : parts.Select(fault).FirstOrDefault(f => f is not null);

    private static Func<RuleAnswer, string?> OrderOf(params string[] ranges) =>
        a =>
            a.Status != 206 ? $"answered {a.Status}"
            : !RuleParts.TryRead(a, out var parts) ? "is no multipart body"
            : parts.Select(p => p.ContentRange).SequenceEqual(ranges.Select(r => $"bytes {r}/{RuleContent.Length}"))
                ? null
            : $"sent {string.Join("; ", parts.Select(p => p.ContentRange))}";
}
