using System.Diagnostics;
using PerfKit.Benchmarks.Claims.Caching.Tiered.Processes.Nodes;
using PerfKit.Benchmarks.Gate;
using PerfKit.TestKit;
using StackExchange.Redis;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes;

/// <summary>
/// Two processes read and write 256 keys over a Redis Cluster, one master of which is killed under that load; its replica takes
/// over about two seconds later. A request fails if it throws, gives what is no value of its key or one older than
/// what its own process had written, or takes more than 50 ms over its factory, time the machine did not give subtracted;
/// also if it gives one older than what the other process had written a tenth of a second before, but for the time from the
/// kill until a second behind the replica's taking over, and while one of the two knows that it is cut off.
/// </summary>
public sealed class ClusterMaster : Claim
{
    private const int Callers = 4;
    private const int Milliseconds = 7_000;
    private const double MostLagMilliseconds = 100;
    private const int MostTold = 5;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(1);

    public override string Area => "caching-tiered";
    public override string Id => "cluster";
    public override Bar Bar => Bar.AtMost(0, "requests");

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
        await Task.WhenAll(nodes.Select(static node => node.AskAsync<LoadReport>("load 1000 4 9"))); // Compiled.
        var loads = nodes
            .Select((node, i) => node.AskAsync<LoadReport>($"load {Milliseconds} {Callers} {i + 1}"))
            .ToList();
        await Task.Delay(Before, cancellationToken); // Because the load is to be steady before.
        var killed = Stopwatch.GetTimestamp();
        await cluster.Masters[0].KillAsync();
        await UntilMasterAsync(cluster.Replicas[0], cancellationToken);
        await cluster.UntilOkAsync(TimeSpan.FromSeconds(30));
        var failover = Stopwatch.GetElapsedTime(killed);
        var heard = Stopwatch.GetTimestamp() + Stopwatch.Frequency;
        var reports = await Task.WhenAll(loads);

        var faults = reports
            .SelectMany(static r => r.Faults)
            .Where(f =>
                f.Kind != NodeFault.StaleAway
                && (
                    f.Kind != NodeFault.StaleOther
                    || (f.Milliseconds > MostLagMilliseconds && (f.At < killed || f.At > heard))
                )
            )
            .ToList();
        var note = FormattableString.Invariant(
            $"of {reports.Sum(static r => r.Reads + r.Writes)}, replica after {failover.TotalSeconds:0.0} s, longest {reports.Max(static r => r.Longest):0.0} ms"
        );
        if (faults.Count > 0)
        {
            await Console.Error.WriteLineAsync(string.Join('\n', nodes.Select(static node => node.Log)));
        }

        return new Measured(
            faults.Count,
            "requests",
            note + string.Concat(faults.Take(MostTold).Select(f => Tell(f, killed)))
        );
    }

    private static string Tell(NodeFault fault, long killed) =>
        FormattableString.Invariant(
            $"; {fault.Kind} {(fault.At - killed) * 1_000.0 / Stopwatch.Frequency:0} ms behind the kill: {fault.What} {fault.Milliseconds:0} ms"
        );

    /// <summary>Right behind the kill every node still takes the cluster for whole.</summary>
    private static async Task UntilMasterAsync(RedisServer replica, CancellationToken cancellationToken)
    {
        using var client = await ConnectionMultiplexer.ConnectAsync(replica.ConnectionString);
        var server = client.GetServer(replica.ConnectionString);
        while (await server.RoleAsync() is not Role.Master)
        {
            await Task.Delay(Poll, cancellationToken); // Because it is told to nobody.
        }
    }
}
