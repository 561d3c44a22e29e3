using System.Text;

namespace FileService.Tests.Before;

/// <summary>Seeded texts of words that searching gets wrong: case that folds by other rules than LIKE's, wildcards, humps.</summary>
internal sealed class NastyText(int seed)
{
    private static readonly string[] Words =
    [
        "fileService",
        "HTTPServer",
        "userIDs",
        "x86_64",
        "a_b",
        "100%",
        "50%_off",
        @"C:\temp\new",
        "it's",
        "\"quoted\"",
        "straße",
        "STRASSE",
        "ſtop",
        "STOP",
        "\u212Aelvin",
        "kelvin",
        "İstanbul",
        "ıssız",
        "ISSIZ",
        "ΣΊΣΥΦΟΣ",
        "σίσυφος",
        "ǅungla",
        "ǆUNGLA",
        "日本語",
        "naïve",
        "nai\u0308ve",
        "NAÏVE",
        "😀smile",
        "𐐀𐐁",
        "𐐨𐐩",
        "ﬁn",
        "v2",
        "2024",
        "1e9",
        "٣٤",
        "ÅNGSTRÖM",
        "\u212Bngström",
        "é",
        "É",
        "a",
        "A",
        "aB",
        "Ab",
        "XMLHttpRequest2",
        "μ",
        "µ",
        "Ω",
        "\u2126",
    ];

    private readonly Random _random = new(seed);

    /// <summary>Files whose paths and texts are made of the words.</summary>
    public (string Path, string Text)[] Files(int count) =>
        [.. Enumerable.Range(0, count).Select(i => ($"d{i % 3}/{i}-{Name()}.txt", Text()))];

    /// <summary>A word or two, cut or in another case.</summary>
    public string Query()
    {
        var words = Enumerable.Range(0, _random.Next(1, 3)).Select(_ => Bend(Pick()));
        return string.Join(' ', words);
    }

    private string Name() => new([.. Pick().Where(static c => char.IsLetterOrDigit(c) || c is '%' or '_')]);

    private string Text()
    {
        var text = new StringBuilder();
        for (var i = _random.Next(1, 12); i > 0; i--)
        {
            text.Append(Pick()).Append(_random.Next(6) == 0 ? "" : " ");
        }

        return text.ToString();
    }

    private string Bend(string word) =>
        _random.Next(4) switch
        {
            0 => word.ToUpperInvariant(),
            1 => word.ToLowerInvariant(),
            2 => Cut(word),
            _ => word,
        };

    private string Cut(string word)
    {
        var length = _random.Next(1, word.Length + 1);
        return char.IsHighSurrogate(word[length - 1]) ? word : word[..length];
    }

    private string Pick() => Words[_random.Next(Words.Length)];
}
