namespace PerfKit.Query.Tests.Search;

/// <summary>Texts for searches that must not be injectable.</summary>
internal static class Naughty
{
    /// <summary>What breaks a search that builds its statements from the caller's text.</summary>
    public static readonly string[] Texts =
    [
        "'",
        "''",
        "\"",
        "\"\"\"",
        "\\",
        "\\'",
        "';drop table docs;--",
        "' or '1'='1",
        "\" OR \"a",
        "a AND b",
        "a OR b",
        "NOT a",
        "NEAR(a b, 2)",
        "path_terms : a",
        "{path_terms text_terms} : a",
        "^a",
        "a*",
        "a + b",
        "-a",
        "a & b",
        "a | b",
        "!a",
        "a <-> b",
        "a:*",
        "'a':*A",
        "(a",
        "a)",
        ":*",
        "%",
        "_",
        "a%b",
        "$1",
        "@words",
        "@k0",
        ":terms",
        "?",
        "{range}",
        "{keys}",
        "$$a$$",
        "E'\\x41'",
        "\u202Eabc",
        "\u200Ba",
        "a\u0301",
        "İıſK",
        "ﷺ",
        "👩‍👩‍👧",
        "Z\u0335\u0321",
        "\r\n\t",
        "null",
        "nil undefined NaN",
        "1e309 -0 0x10",
        "日本語",
        "𐐀𐐨",
        "ß ẞ SS",
    ];

    private static readonly string[] Pieces =
    [
        "alpha ",
        "beta ",
        "Alpha",
        "fileService",
        "report-2024_final.pdf",
        "a",
        "b ",
        " ",
        "é",
        "e\u0301",
        "İ",
        .. Texts,
    ];

    /// <summary>Up to eight pieces in a row.</summary>
    public static string Text(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(9)).Select(_ => Pieces[random.Next(Pieces.Length)]));
}
