using System.Collections.Concurrent;
using System.Globalization;
using PerfKit.Benchmarks.Gate;
using PerfKit.TestKit.Histories;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Histories;

/// <summary>
/// Histories of three processes over one Redis in which a node gives a value older than one it has to know: its own writes
/// from their end, also while it is cut; another node's from when it no longer serves a marker that a third one removed
/// behind them, which is when the lag of that message is over. A write that ends while its node says that the tier is away
/// counts as told when the node says that it is available. Connections are cut in seven ways, clocks are up to five
/// minutes off and jump.
/// </summary>
/// <remarks>
/// 10,000 seeded interleavings, 100,000 with <c>--soak</c>. One is a seed: the turns of twelve steps within loads and
/// writes. 256 run at a time, on keys and tags of their own; the cuts come by another seed, whenever they come.
/// </remarks>
public sealed class NodesStale : Claim
{
    private const int Seed = 1;
    private const int Lanes = 256;

    private static readonly CacheSearch Search = new()
    {
        Nodes = NodeStand.Count,
        Steps = 12,
        Settle = TimeSpan.FromMilliseconds(10),
        Within = TimeSpan.FromMinutes(1),
    };

    public override string Area => "caching-tiered";
    public override string Id => "nodes-stale";
    public override Bar Bar => Bar.AtMost(0, "stale reads", "<= 0");
    public override bool Quick => true;
    public override TimeSpan Limit => TimeSpan.FromMinutes(GateRun.IsSoak ? 60 : 5);

    private static readonly ConcurrentQueue<CacheViolation> Found = new(); // A repeat does not undo what was Found.

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var count = GateRun.IsSoak ? 100_000 : 10_000;

        await using var stand = await NodeStand.StartAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        NodeFaults[] faults = [.. stand.Nodes.Select(node => new NodeFaults(stand, node, Seed))];
        var cutting = faults.Select(it => it.RunAsync(end.Token)).ToList();
        await Parallel.ForAsync(
            Seed,
            Seed + count,
            new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellationToken },
            async (seed, _) =>
            {
                if (await Search.PlayOnceAsync(seed, history => NodeHistory.OpenAsync(stand, history)) is { } wrong)
                {
                    Found.Enqueue(wrong);
                }
            }
        );
        await end.CancelAsync();
        await Task.WhenAll(cutting);
        if (Found.MinBy(static it => it.Operations.Count) is { } shortest)
        {
            await Console.Error.WriteLineAsync($"{shortest}");
        }

        var cuts = faults.Sum(static it => it.Count);
        return new Measured(
            Found.Count,
            "stale reads",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{count:N0} interleavings, {cuts} cuts; {stand.Unasked} times a node lost Redis uncut"
            )
        );
    }
}
