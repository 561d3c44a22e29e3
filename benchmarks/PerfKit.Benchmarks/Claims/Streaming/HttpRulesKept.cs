using PerfKit.Benchmarks.Gate;
using PerfKit.Streaming.Tests.Http.Rules;

namespace PerfKit.Benchmarks.Claims.Streaming;

/// <summary>
/// Rules of RFC 9110 and RFC 9530 that a content of a store or a file breaks over a real connection; what
/// <c>Results.File</c> with a path and the static files break stands beside.
/// </summary>
public sealed class HttpRulesKept : Claim
{
    public override string Area => "streaming";
    public override string Id => "http-rules";
    public override Bar Bar => Bar.AtMost(0, "failed rows", "<= 0");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var store = await BrokenAsync(RuleServer.Hash, cancellationToken);
        var file = await BrokenAsync(RuleServer.File, cancellationToken);
        var resultsFile = await BrokenAsync(RuleServer.ResultsFile, cancellationToken);
        var staticFiles = await BrokenAsync(RuleServer.StaticFiles, cancellationToken);
        var first = store.Concat(file).FirstOrDefault();
        return new Measured(
            store.Count + file.Count,
            "failed rows",
            $"of {HttpRules.All.Count} from a store and from a file; Results.File {resultsFile.Count}, "
                + $"static files {staticFiles.Count}{(first is null ? "" : $": {first}")}"
        );
    }

    private static async Task<List<string>> BrokenAsync(string sender, CancellationToken cancellationToken)
    {
        await using var server = await RuleServer.StartAsync(sender);
        var broken = new List<string>();
        foreach (var rule in HttpRules.All)
        {
            if (await rule.FaultAsync(server.Facts, cancellationToken) is { } fault)
            {
                broken.Add($"{sender}: {rule.Name}: {fault}");
            }
        }

        return broken;
    }
}
