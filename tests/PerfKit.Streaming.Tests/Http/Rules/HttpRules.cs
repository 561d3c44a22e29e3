using System.Globalization;

namespace PerfKit.Streaming.Tests.Http.Rules;

/// <summary>
/// Every MUST and SHOULD of RFC 9110, sections 8.8, 13 and 14, with the statuses that answer them (15.3.7, 15.4.5,
/// 15.5.13, 15.5.17), and of RFC 9530, as far as an origin server that sends contents can keep or break it.
/// </summary>
public static partial class HttpRules
{
    public static IReadOnlyList<HttpRule> All { get; } =
    [
        .. Validators,
        .. EntityTagConditions,
        .. DateConditions,
        .. Order,
        .. Ranges,
        .. Parts,
        .. NotModified,
        .. Digests,
    ];

    private static string Get(params string[] fields) => Request("GET", "/long.txt", fields);

    private static string Head(params string[] fields) => Request("HEAD", "/long.txt", fields);

    private static string Post(params string[] fields) =>
        Request("POST", "/long.txt", [.. fields, "Content-Length: 0"]);

    private static string Request(string method, string path, params string[] fields) =>
        string.Join('\n', [$"{method} {path} HTTP/1.1", .. fields]);

    private static HttpRule Rule(
        string section,
        Level level,
        string says,
        string request,
        params Func<RuleAnswer, string?>[] faults
    ) =>
        new(
            section,
            level,
            says,
            [request],
            a => faults.Select(fault => fault(a[0])).FirstOrDefault(f => f is not null)
        );

    private static HttpRule Rule(
        string section,
        Level level,
        string says,
        string[] requests,
        Func<RuleAnswer[], string?> fault
    ) => new(section, level, says, requests, fault);

    private static Func<RuleAnswer, string?> Is(params int[] statuses) =>
        a => statuses.Contains(a.Status) ? null : $"answered {a.Status}";

    private static Func<RuleAnswer, string?> IsNot(params int[] statuses) =>
        a => statuses.Contains(a.Status) ? $"answered {a.Status}" : null;

    private static string? Whole(RuleAnswer a) =>
        a.Status != 200 ? $"answered {a.Status}"
        : a["Content-Range"] is not null ? "has a Content-Range"
        : a.Body.AsSpan().SequenceEqual(RuleContent.Text) ? null
        : $"sent {a.Body.Length} bytes, not the whole";

    private static Func<RuleAnswer, string?> Part(int first, int last) =>
        a =>
            a.Status != 206 ? $"answered {a.Status}"
            : a["Content-Range"] != ContentRange(first, last) ? $"has Content-Range {a["Content-Range"]}"
            : a.Body.AsSpan().SequenceEqual(RuleContent.Text.AsSpan(first, last - first + 1)) ? null
            : "sent other bytes";

    private static Func<RuleAnswer, string?> Field(string name, Func<string, bool> holds) =>
        a =>
            a[name] is not { } value ? $"has no {name}"
            : holds(value) ? null
            : $"has {name}: {value}";

    private static Func<RuleAnswer, string?> Has(params string[] names) =>
        a => names.FirstOrDefault(name => a[name] is null) is { } name ? $"has no {name}" : null;

    private static Func<RuleAnswer, string?> HasNone(params string[] names) =>
        a => names.FirstOrDefault(name => a[name] is not null) is { } name ? $"has {name}: {a[name]}" : null;

    /// <summary>The named fields of the first answer that the second lacks or says otherwise.</summary>
    private static string? Differs(RuleAnswer first, RuleAnswer second, params string[] names) =>
        names
            .Where(name => first[name] is not null && first[name] != second[name])
            .Select(name => $"says {name}: {second[name] ?? "nothing"} instead of {first[name]}")
            .FirstOrDefault();

    private static string? Empty(RuleAnswer a) => a.Body.Length == 0 ? null : $"sent {a.Body.Length} bytes";

    private static string ContentRange(int first, int last) =>
        string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{last}/{RuleContent.Length}");
}
