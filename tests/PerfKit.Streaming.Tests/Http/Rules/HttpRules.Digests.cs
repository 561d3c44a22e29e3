using System.Text.RegularExpressions;

namespace PerfKit.Streaming.Tests.Http.Rules;

public static partial class HttpRules
{
    private const string WantBoth = "Want-Repr-Digest: sha-256=10\nWant-Content-Digest: sha-256=10";
    private const string ByteSequences =
        "^[a-z*][a-z0-9_.*-]*=:[A-Za-z0-9+/]*=*:(, *[a-z*][a-z0-9_.*-]*=:[A-Za-z0-9+/]*=*:)*$";

    /// <summary>RFC 9530, and how a structured field is read (RFC 8941).</summary>
    private static HttpRule[] Digests =>
        [
            Rule(
                "9530 3",
                Level.Defines,
                "Repr-Digest is a dictionary of byte sequences",
                Get(WantBoth),
                Syntax("Repr-Digest")
            ),
            Rule(
                "9530 2",
                Level.Defines,
                "Content-Digest is a dictionary of byte sequences",
                Get(WantBoth),
                Syntax("Content-Digest")
            ),
            Rule("9530 3", Level.Defines, "Repr-Digest is the hash of the representation", Get(WantBoth), Repr),
            Rule(
                "9530 3",
                Level.Defines,
                "Repr-Digest of a part is that of the whole",
                Get(WantBoth, "Range: bytes=0-9"),
                Is(206),
                Repr
            ),
            Rule(
                "9530 3",
                Level.Defines,
                "Repr-Digest of several parts is that of the whole",
                Get(WantBoth, Three),
                Is(206),
                Repr
            ),
            Rule("9530 3", Level.Defines, "Repr-Digest of HEAD is that of GET", Head(WantBoth), Is(200), Repr),
            Rule(
                "9530 2",
                Level.Defines,
                "Content-Digest of the whole is that of its bytes",
                Get(WantBoth),
                Is(200),
                Content
            ),
            Rule(
                "9530 2",
                Level.Defines,
                "Content-Digest of a part is that of its bytes",
                Get(WantBoth, "Range: bytes=0-9"),
                Is(206),
                Content
            ),
            Rule(
                "9530 2",
                Level.Defines,
                "Content-Digest of several parts is that of the body",
                Get(WantBoth, Three),
                Is(206),
                Content
            ),
            Rule(
                "9530 2",
                Level.Defines,
                "Content-Digest of HEAD, if any, is that of nothing",
                Head(WantBoth),
                a => a["Content-Digest"] is null ? null : Content(a)
            ),
            Rule(
                "9530 4",
                Level.Defines,
                "weight 0 is not acceptable: Repr-Digest",
                Get("Want-Repr-Digest: sha-256=0"),
                HasNoSha256("Repr-Digest")
            ),
            Rule(
                "9530 4",
                Level.Defines,
                "weight 0 is not acceptable: Content-Digest",
                Get("Want-Content-Digest: sha-256=0"),
                HasNoSha256("Content-Digest")
            ),
            Rule(
                "9530 4",
                Level.Defines,
                "the known of several wanted is sent",
                Get("Want-Repr-Digest: unknown=10, sha-256=1", "Want-Content-Digest: unknown=10, sha-256=1"),
                Repr,
                Content
            ),
            Rule(
                "9530 4",
                Level.Defines,
                "Want fields of two lines are one dictionary",
                Get("Want-Content-Digest: unknown=10", "Want-Content-Digest: sha-256=1"),
                Content
            ),
            Rule(
                "9530 4",
                Level.Defines,
                "wanted algorithms that are unknown change nothing",
                [Get(), Get("Want-Content-Digest: unknown=10")],
                a => Whole(a[1]) ?? Differs(a[0], a[1], "ETag", "Repr-Digest", "Content-Length")
            ),
            .. new[]
            {
                "sha-256",
                "sha-256=11",
                "sha-256=-1",
                "sha-256=1.5",
                "sha-256=yes",
                "SHA-256=1",
                "sha-256=1,",
                "=1",
                "(",
            }.Select(wish =>
                Rule(
                    "8941 4.2",
                    Level.Must,
                    $"ignore the malformed Want-Content-Digest: {wish}",
                    [Get(), Get($"Want-Content-Digest: {wish}")],
                    a => Whole(a[1]) ?? HasNone("Content-Digest")(a[1]) ?? Differs(a[0], a[1], "ETag", "Repr-Digest")
                )
            ),
            Rule(
                "9530 5",
                Level.MustNot,
                "use a deprecated algorithm over the net, even when wanted",
                Get(
                    "Want-Repr-Digest: md5=10, sha=9, unixsum=8",
                    "Want-Content-Digest: md5=10, sha=9, adler=8, crc32c=7"
                ),
                a =>
                    Regex.IsMatch(
                        $"{a["Repr-Digest"]}, {a["Content-Digest"]}",
                        "(^|[ ,])(md5|sha|unixsum|unixcksum|adler|crc32c)="
                    )
                        ? "sent one"
                        : null
            ),
            Rule(
                "9530 3.1",
                Level.Must,
                "digest the answer that describes a failure, not the content: 412",
                Get(WantBoth, $"If-Match: {Other}"),
                Is(412),
                OfAnswer
            ),
            Rule(
                "9530 3.1",
                Level.Must,
                "digest the answer that describes a failure, not the content: 416",
                Get(WantBoth, "Range: bytes=10000-"),
                Is(416),
                OfAnswer
            ),
            Rule(
                "9530 3.1",
                Level.Must,
                "digest the answer that describes a failure of another method",
                [Post(), Post(WantBoth, $"If-Match: {Other}")],
                a => a[0].Status == 200 ? OfAnswer(a[1]) : null
            ),
            Rule(
                "9110 6.5.1",
                Level.MustNot,
                "announce trailers to who does not take them",
                Get(WantBoth),
                HasNone("Trailer")
            ),
        ];

    private static string? Repr(RuleAnswer a) => Digest("Repr-Digest", RuleContent.TextDigest)(a);

    private static string? Content(RuleAnswer a) => Digest("Content-Digest", RuleContent.Digest(a.Body))(a);

    private static string? OfAnswer(RuleAnswer a) =>
        a["Repr-Digest"] is null ? null : Digest("Repr-Digest", RuleContent.Digest(a.Body))(a);

    private static Func<RuleAnswer, string?> Digest(string field, string expected) =>
        Field(field, value => value.Contains($"sha-256=:{expected}:", StringComparison.Ordinal));

    private static Func<RuleAnswer, string?> HasNoSha256(string field) =>
        a => a[field]?.Contains("sha-256", StringComparison.Ordinal) == true ? $"has {field}" : null;

    private static Func<RuleAnswer, string?> Syntax(string field) =>
        Field(field, value => Regex.IsMatch(value, ByteSequences));
}
