using System.Security.Cryptography;
using System.Text;
using FileService.Files.Conversions;

namespace FileService.Tests.Conversions;

/// <summary>Results are kept in Redis beyond an upgrade, under the version of the code that made them.</summary>
public sealed class ConversionVersionTests
{
    private const string Markdown =
        "# Title\n\nA *word*, a [link](https://example.org), `code`.\n\n- one\n- two\n\n> quoted\n\n```cs\nvar a = 1;\n```\n\n"
        + "| a | b |\n| - | - |\n| 1 | 2 |\n\n![picture](a.png)\n\n1. first\n2. second\n\nTerm~~inal~~ <b>raw</b> &amp; text.\n";

    private static readonly (string Target, string Type, string Source)[] Samples =
    [
        ("html", "text/markdown", Markdown),
        ("text", "text/markdown", Markdown),
        ("jsonl", "text/csv", "name,size\n\"a, b\",1\nc,\"2 \"\"x\"\"\"\n"),
        ("jsonl", "text/tab-separated-values", "name\tsize\na\t1\n"),
        (
            "text",
            "text/html",
            "<h1>Title</h1><p>A <b>word</b>&nbsp;&amp; more<br>line<script>no</script></p><ul><li>one</ul>"
        ),
        ("text", "application/json", "{\"a\": [1, 2]}\r\n"),
    ];

    [Fact]
    public async Task What_conversions_make_changes_only_with_their_version()
    {
        var made = new StringBuilder();
        foreach (var (target, type, source) in Samples)
        {
            made.Append(await ConversionRunner.ConvertAsync(target, type, source)).Append('\0');
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(made.ToString())));
        (ConversionCatalog.Version, hash)
            .Should()
            .Be(
                (1, "55d8611eb26c58e3acdddb4838243b473c4ff7dea309e73f216845505e779e69"),
                "another result needs another ConversionCatalog.Version, and then another hash here"
            );
    }
}
