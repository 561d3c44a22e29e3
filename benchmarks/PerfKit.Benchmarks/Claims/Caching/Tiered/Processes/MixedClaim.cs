using PerfKit.Benchmarks.Claims.Caching.Tiered.Processes.Nodes;
using PerfKit.Benchmarks.Gate;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes;

/// <summary>
/// A process of today's format and one of another share keys, tags and a Redis, as while a release is rolled out. Both read,
/// set and remove. Misread is what throws, is no value of its key, or is older than what its own process had written, or
/// the other one a tenth of a second before. What the other format wrote is a miss, and a read that calls its factory more
/// than twice would be a fight over the key: that counts too.
/// </summary>
public sealed class Mixed : Claim
{
    private const byte Other = 2;
    private const int Callers = 8;
    private const int Milliseconds = 4_000;
    private const int MostMade = 2;
    private const double MostLagMilliseconds = 100;

    public override string Area => "caching-tiered";
    public override string Id => "mixed";
    public override Bar Bar => Bar.AtMost(0, "values");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var path = Truth.NewPath();
        try
        {
            await using var server = await RedisServer.StartPrivateAsync();
            await using var today = await NodeProcess.StartAsync(server.ConnectionString, path);
            await using var other = await NodeProcess.StartAsync(server.ConnectionString, path, Other);
            NodeProcess[] nodes = [today, other];
            await Task.WhenAll(nodes.Select(static node => node.AskAsync<int>("warm 200")));
            var reports = await Task.WhenAll(
                nodes.Select((node, i) => node.AskAsync<LoadReport>($"load {Milliseconds} {Callers} {i + 1}"))
            );
            return Judge(reports);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Measured Judge(LoadReport[] reports)
    {
        var faults = reports
            .SelectMany(static r => r.Faults)
            .Where(static f =>
                f.Kind is not (NodeFault.Slow or NodeFault.StaleAway)
                && (f.Kind != NodeFault.StaleOther || f.Milliseconds > MostLagMilliseconds)
            )
            .ToList();
        var fights = reports.Count(static r => r.MostMade > MostMade);
        var made = reports.Sum(static r => r.Made);
        var reads = reports.Sum(static r => r.Reads);
        return new Measured(
            faults.Count + fights,
            "values",
            $"of {reads} reads, {reports.Sum(static r => r.Writes)} writes, {made} factory calls, most a read {reports.Max(static r => r.MostMade)}"
                + (faults.Count > 0 ? $"; {faults[0].Kind}: {faults[0].What}" : "")
        );
    }
}
