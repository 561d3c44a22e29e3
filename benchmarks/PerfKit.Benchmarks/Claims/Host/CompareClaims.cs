using System.Text.Json;
using PerfKit.Benchmarks.Gate;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace PerfKit.Benchmarks.Claims.Host;

/// <summary>A figure of <c>compare</c> at 2 ms round trip on the documentation tree.</summary>
public abstract class CompareClaim : Claim
{
    private static readonly SharedRun<JsonElement> Run = new(RunAsync);

    public sealed override string Area => "host";

    public sealed override async Task<Measured> MeasureAsync(CancellationToken cancellationToken) =>
        Read(await Run.ForAsync(Id));

    private protected abstract Measured Read(JsonElement result);

    private protected static JsonElement Row(JsonElement result, string operation) =>
        result
            .GetProperty("rows")
            .EnumerateArray()
            .Single(row => row.GetProperty("operation").GetString() == operation);

    private protected static JsonElement Detail(JsonElement result, string operation, string name) =>
        result
            .GetProperty("detail")
            .EnumerateArray()
            .Single(row =>
                row.GetProperty("operation").GetString() == operation
                && row.GetProperty("case").GetString()!.Contains(name, StringComparison.Ordinal)
            );

    private protected static double P50(JsonElement row, string side) =>
        row.GetProperty(side).GetProperty("p50Ms").GetDouble();

    private protected static Measured Ratio(JsonElement row) =>
        new(
            row.GetProperty("ratio").GetDouble(),
            "x",
            $"{P50(row, "before"):0.###} ms to {P50(row, "after"):0.###} ms"
        );

    private static async Task<JsonElement> RunAsync()
    {
        using var folder = new TempFolder();
        var json = Path.Combine(folder.Path, "compare.json");
        string[] arguments = ["compare", "--folder", DocumentationTree.Folder, "--rtt", "2", "--json", json];
        var ran = await ServiceProgram.RunAsync([.. arguments, "--data", folder.Path], TimeSpan.FromMinutes(6));
        return File.Exists(json)
            ? JsonDocument.Parse(await File.ReadAllTextAsync(json)).RootElement
            : throw new InvalidOperationException($"compare ended with {ran.ExitCode}: {ran.Output}{ran.Error}");
    }
}

public sealed class CompareLoad : CompareClaim
{
    public override string Id => "compare-load";
    public override Bar Bar => Bar.AtLeast(30, "x");

    private protected override Measured Read(JsonElement result) => Ratio(Row(result, "load"));
}

/// <summary>A cold load after over a load before.</summary>
public sealed class CompareLoadCold : CompareClaim
{
    public override string Id => "compare-load-cold";
    public override Bar Bar => Bar.AtMost(1, "x");

    private protected override Measured Read(JsonElement result)
    {
        var row = Row(result, "load");
        return new Measured(P50(row, "afterCold") / P50(row, "before"), "x");
    }
}

public sealed class CompareSearch : CompareClaim
{
    public override string Id => "compare-search";
    public override Bar Bar => Bar.AtLeast(100, "x");

    private protected override Measured Read(JsonElement result) => Ratio(Row(result, "search"));
}

public sealed class CompareSearchCommon : CompareClaim
{
    public override string Id => "compare-search-common";
    public override Bar Bar => Bar.AtMost(50, "ms");

    private protected override Measured Read(JsonElement result) =>
        new(P50(Detail(result, "search", "more than 10 %"), "after"), "ms");
}

public sealed class CompareConvert : CompareClaim
{
    public override string Id => "compare-convert";
    public override Bar Bar => Bar.AtLeast(10, "x");

    private protected override Measured Read(JsonElement result) => Ratio(Row(result, "convert"));
}

public sealed class CompareSync : CompareClaim
{
    public override string Id => "compare-sync";
    public override Bar Bar => Bar.AtLeast(4, "x");

    private protected override Measured Read(JsonElement result) => Ratio(Row(result, "sync"));
}

public sealed class CompareSyncUnchanged : CompareClaim
{
    public override string Id => "compare-sync-unchanged";
    public override Bar Bar => Bar.AtLeast(20, "x");

    private protected override Measured Read(JsonElement result) => Ratio(Detail(result, "sync", "nothing changed"));
}

/// <summary>Operations whose answers differ between before and after.</summary>
public sealed class CompareEqual : CompareClaim
{
    public override string Id => "compare-equal";
    public override Bar Bar => Bar.AtMost(0, "differing");

    private protected override Measured Read(JsonElement result) =>
        new(
            new[] { "rows", "detail" }.Sum(part =>
                result.GetProperty(part).EnumerateArray().Count(static row => !row.GetProperty("equal").GetBoolean())
            ),
            "differing"
        );
}
