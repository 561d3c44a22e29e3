using System.Collections.Concurrent;
using System.Globalization;
using PerfKit.Benchmarks.Gate;
using PerfKit.TestKit.Histories;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Histories;

/// <summary>
/// Histories of three processes over one Redis in which a node gives a value older than one it has to know: its own writes
/// from their end, also while it is cut; another node's from when it no longer serves a marker that a third one removed
/// behind them, which is when the lag of that message is over, or two seconds later if it still does. A write that ends while its node says that the tier is away
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
    private const int MostFound = 20;

    // A repeat does not undo what was found: what comes and goes with the machine's load is wrong all the same.
    private static readonly ConcurrentQueue<(int Before, CacheViolation Violation)> Found = new();

    private static readonly CacheSearch Search = new()
    {
        Nodes = NodeStand.Count,
        Steps = 12,
        Settle = TimeSpan.FromMilliseconds(10),
        Within = TimeSpan.FromMinutes(1),
    };

    private string _note = "not played again";

    public override string Area => "caching-tiered";
    public override string Id => "nodes-stale";
    public override Bar Bar => Bar.AtMost(0, "stale reads", "<= 0");
    public override bool Quick => true;
    public override TimeSpan Limit => TimeSpan.FromMinutes(GateRun.IsSoak ? 60 : 5);

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        if (Found.IsEmpty)
        {
            _note = await PlayAsync(GateRun.IsSoak ? 100_000 : 10_000, cancellationToken);
        }

        foreach (var (before, violation) in Found.OrderBy(static it => it.Violation.Operations.Count).Take(1))
        {
            _note = string.Create(
                CultureInfo.InvariantCulture,
                $"the shortest after {before:N0} interleavings; {_note}"
            );
            await Console.Error.WriteLineAsync($"{violation}");
        }

        return new Measured(Found.Count, "stale reads", _note);
    }

    private static async Task<string> PlayAsync(int count, CancellationToken cancellationToken)
    {
        await using var stand = await NodeStand.StartAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        NodeFaults[] faults = [.. stand.Nodes.Select(node => new NodeFaults(stand, node, Seed))];
        var cutting = faults.Select(it => it.RunAsync(end.Token)).ToList();
        var played = 0;
        await Parallel.ForAsync(
            Seed,
            Seed + count,
            new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellationToken },
            async (seed, _) =>
            {
                if (Found.Count >= MostFound)
                {
                    return; // Enough to see that it is wrong.
                }

                var wrong = await Search.PlayOnceAsync(seed, history => NodeHistory.OpenAsync(stand, history));
                Interlocked.Increment(ref played);
                if (wrong is not null)
                {
                    Found.Enqueue((played, wrong));
                }
            }
        );
        await end.CancelAsync();
        await Task.WhenAll(cutting);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{played:N0} interleavings, {faults.Sum(static it => it.Count)} cuts; {stand.Unasked} times a node lost Redis uncut"
        );
    }
}
