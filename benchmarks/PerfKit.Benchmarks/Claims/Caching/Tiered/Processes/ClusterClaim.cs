using System.Diagnostics;
using PerfKit.Benchmarks.Claims.Caching.Tiered.Processes.Nodes;
using PerfKit.Benchmarks.Gate;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes;

/// <summary>
/// Two processes read and write 256 keys over a Redis Cluster, one master of which is killed under that load; its replica takes
/// over about two seconds later. A request fails if it throws, gives what is no value of its key or one older than
/// what its own process had written, or takes more than 50 ms over its factory, time the machine did not give subtracted;
/// also if it gives one older than what the other process had written a tenth of a second before, but for the time from the
/// kill until a second behind the replica's taking over, in which the two cannot hear each other.
/// </summary>
public sealed class ClusterMaster : Claim
{
    private const int Callers = 4;
    private const int Milliseconds = 7_000;
    private const double MostLagMilliseconds = 100;
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(1);

    public override string Area => "caching-tiered";
    public override string Id => "cluster";
    public override Bar Bar => Bar.AtMost(0, "requests");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var path = Truth.NewPath();
        try
        {
            await using var cluster = await RedisCluster.StartPrivateAsync(masters: 3);
            var nodes = await NodeProcess.StartAllAsync(2, cluster.ConnectionString, path);
            await using var one = nodes[0];
            await using var other = nodes[1];
            return await UnderLoadAsync(cluster, nodes, cancellationToken);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<Measured> UnderLoadAsync(
        RedisCluster cluster,
        NodeProcess[] nodes,
        CancellationToken cancellationToken
    )
    {
        var loads = nodes
            .Select((node, i) => node.AskAsync<LoadReport>($"load {Milliseconds} {Callers} {i + 1}"))
            .ToList();
        await Task.Delay(Before, cancellationToken); // Because the load is to be steady before.
        var killed = Stopwatch.GetTimestamp();
        await cluster.Masters[0].KillAsync();
        await cluster.UntilOkAsync(TimeSpan.FromSeconds(30));
        var failover = Stopwatch.GetElapsedTime(killed);
        var heard = Stopwatch.GetTimestamp() + Stopwatch.Frequency;
        var reports = await Task.WhenAll(loads);

        var faults = reports
            .SelectMany(static r => r.Faults)
            .Where(f =>
                f.Kind != NodeFault.StaleOther
                || (f.Milliseconds > MostLagMilliseconds && (f.At < killed || f.At > heard))
            )
            .ToList();
        var kinds = string.Join(", ", faults.GroupBy(static f => f.Kind).Select(static g => $"{g.Key} {g.Count()}"));
        return new Measured(
            faults.Count,
            "requests",
            FormattableString.Invariant(
                $"of {reports.Sum(static r => r.Reads + r.Writes)}, replica after {failover.TotalSeconds:0.0} s, longest {reports.Max(static r => r.Longest):0.0} ms{(faults.Count > 0 ? $"; {kinds}: {faults[0].What} {faults[0].Milliseconds:0} ms" : "")}"
            )
        );
    }
}
