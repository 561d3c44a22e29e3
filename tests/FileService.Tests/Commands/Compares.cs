using System.Text.Json;
using FileService.Tests.Fixture;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.Commands;

/// <summary><c>compare --folder --rtt --json</c>: the file it writes, and that before and after answer alike.</summary>
public sealed class Compares
{
    [Fact]
    public async Task Compare_writes_every_row_with_equal_answers()
    {
        using var folder = new TempFolder();
        SmallTree.Write(folder.File("tree"), 210);
        var json = folder.File("compare.json");

        var result = await ServiceProgram.RunAsync(
            ["compare", "--folder", folder.File("tree"), "--rtt", "0.25", "--json", json],
            TimeSpan.FromSeconds(150)
        );

        result.ExitCode.Should().Be(0, result.All);
        var compared = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(json));
        compared.ShouldHaveExactly("folder", "rttMs", "rows", "detail");
        compared.Text("folder").Should().Be(folder.File("tree"));
        compared.GetProperty("rttMs").GetDouble().Should().Be(0.25);
        compared.GetProperty("detail").ValueKind.Should().Be(JsonValueKind.Array);
        var rows = compared.GetProperty("rows").EnumerateArray().ToArray();
        rows.Select(r => r.Text("operation")).Should().BeEquivalentTo("load", "search", "convert", "sync");
        foreach (var row in rows)
        {
            row.ShouldHaveExactly("operation", "before", "afterCold", "after", "ratio", "equal", "samples");
            row.GetProperty("equal").GetBoolean().Should().BeTrue("of {0}", row);
            row.GetProperty("samples").GetInt64().Should().BePositive();
            foreach (var side in new[] { "before", "afterCold", "after" })
            {
                row.GetProperty(side).ShouldHaveExactly("p50Ms", "p99Ms");
                var median = row.GetProperty(side).GetProperty("p50Ms").GetDouble();
                median.Should().BePositive();
                row.GetProperty(side).GetProperty("p99Ms").GetDouble().Should().BeGreaterThanOrEqualTo(median);
            }

            var ratio =
                row.GetProperty("before").GetProperty("p50Ms").GetDouble()
                / row.GetProperty("after").GetProperty("p50Ms").GetDouble();
            row.GetProperty("ratio").GetDouble().Should().BeApproximately(ratio, 0.1 * ratio + 0.1);
        }

        Samples(rows, "load").Should().Be(1000, "200 files x 5 loads");
        Samples(rows, "search").Should().Be(100, "50 terms x 2 searches");
        Samples(rows, "convert").Should().Be(250, "50 conversions x 5");
    }

    [Theory]
    [InlineData("compare", "--folder", "/no/such/folder")]
    [InlineData("compare", "--rtt", "-1")]
    public async Task Compare_of_nonsense_fails_with_a_sentence(params string[] arguments)
    {
        var result = await ServiceProgram.RunAsync(arguments, TimeSpan.FromSeconds(30));

        result.ExitCode.Should().BeOneOf(1, 2);
        result.Error.Should().NotBeNullOrWhiteSpace().And.NotContain("   at ");
    }

    private static long Samples(JsonElement[] rows, string operation) =>
        rows.Single(r => r.Text("operation") == operation).GetProperty("samples").GetInt64();
}
