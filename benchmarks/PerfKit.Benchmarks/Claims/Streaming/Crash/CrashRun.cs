using System.Diagnostics;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Streaming.Crash;

/// <summary>
/// Kills a server in the middle of uploads, again and again over one store, and audits the store each time with the process
/// gone.
/// </summary>
internal static class CrashRun
{
    /// <summary>What a run of kills showed.</summary>
    public sealed record Report(
        IReadOnlyList<string> Violations,
        int Hits,
        int Acknowledged,
        StoreAudit Audit,
        TimeSpan Took
    );

    public static async Task<Report> RunAsync(int kills, bool hasty, CancellationToken cancellationToken)
    {
        using var folder = new TempFolder();
        var root = folder.File("store");
        var plan = new UploadPlan(seed: 5);
        var audit = new StoreAudit(root);
        var (hits, acknowledged) = (0, 0);
        var from = Stopwatch.GetTimestamp();
        for (var seed = 0; seed < kills; seed++)
        {
            var dice = new Random(seed);
            using var child = await CrashChild.StartAsync(root, hasty, cancellationToken);
            var clients = new UploadClients(plan, new KillMoment(dice, child.Kill), audit.Open());
            await clients.RunAsync(child.Address, seed, cancellationToken);
            await child.WaitAsync(cancellationToken);
            acknowledged += clients.Acknowledged.Count;
            audit.Violations.AddRange(
                clients.AcknowledgedTooSoon.Select(static hash => $"{hash} was acknowledged before it was visible")
            );
            hits += await audit.RunAsync(clients.Acknowledged, dice) ? 1 : 0;
        }

        return new Report(audit.Violations, hits, acknowledged, audit, Stopwatch.GetElapsedTime(from));
    }
}
