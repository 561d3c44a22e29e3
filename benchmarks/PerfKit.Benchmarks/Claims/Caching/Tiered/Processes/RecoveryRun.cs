using System.Diagnostics;
using PerfKit.Benchmarks.Claims.Caching.Tiered.Processes.Nodes;
using PerfKit.TestKit;
using StackExchange.Redis;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes;

/// <summary>What the worst outage gave.</summary>
/// <param name="Seconds">Until both processes had read through Redis what the other wrote.</param>
/// <param name="Stale">Values older than the newest complete write, read behind that.</param>
/// <param name="Reads">How many reads.</param>
/// <param name="Note">The first of the stale, and the seconds of each outage.</param>
internal sealed record RecoveryFigures(double Seconds, int Stale, int Reads, string Note);

/// <summary>
/// Two processes over one Redis that goes away and comes back. Both have every key in memory and in Redis; meanwhile both
/// set and remove, by key and tag, and read in between, so that one has in memory what the other then overwrites. When
/// both have used Redis again and the bar of a second has passed, they and a third one, started just then, read every key,
/// twice.
/// </summary>
internal static class RecoveryRun
{
    private const int Writes = 250;
    private const int FewWrites = 5; // So that what the snapshot lacks is not removed once more.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1); // What `recovery` allows.
    private static readonly SharedRun<RecoveryFigures> Run = new(MeasureAsync);

    /// <summary>Short ones, in which a connection just pauses, and some that are longer than the connection's patience.</summary>
    private static readonly (OutageKind Kind, double Seconds)[] Outages =
    [
        (OutageKind.Frozen, 0.3),
        (OutageKind.Emptied, 0.3),
        (OutageKind.FromSnapshot, 0.3),
        (OutageKind.Frozen, 3),
        (OutageKind.FromSnapshot, 2),
    ];

    public static Task<RecoveryFigures> ForAsync(string claim) => Run.ForAsync(claim);

    private static async Task<RecoveryFigures> MeasureAsync()
    {
        var path = Truth.NewPath();
        try
        {
            await using var server = await RedisServer.StartPrivateAsync();
            var nodes = await NodeProcess.StartAllAsync(2, server.ConnectionString, path);
            await using var one = nodes[0];
            await using var other = nodes[1];
            var worst = new RecoveryFigures(0, 0, 0, "");
            for (var i = 0; i < Outages.Length; i++)
            {
                var (kind, seconds) = Outages[i];
                var round = await new RecoveryRound(server, nodes, path, seed: i + 1).RunAsync(kind, seconds);
                worst = new RecoveryFigures(
                    Math.Max(worst.Seconds, round.Seconds),
                    worst.Stale + round.Stale,
                    worst.Reads + round.Reads,
                    FormattableString.Invariant($"{worst.Note}{kind} {seconds} s: {round.Seconds:0.00} s{round.Note}; ")
                );
            }

            return worst;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private sealed class RecoveryRound(RedisServer server, NodeProcess[] nodes, string path, int seed)
    {
        private int _reads;
        private int _stale;
        private string _first = "";

        public async Task<RecoveryFigures> RunAsync(OutageKind kind, double seconds)
        {
            var writes = kind == OutageKind.FromSnapshot ? FewWrites : Writes;
            await PrepareAsync(kind);
            var left = Task.Delay(TimeSpan.FromSeconds(seconds)); // Because the outage is to last so long.
            await Outage.BeginAsync(server, kind);
            await WriteAsync(seed, writes);
            await SweepAsync(isJudged: false);
            await WriteAsync(seed + 100, writes);
            var beacons = Task.WhenAll(
                nodes[0].AskAsync<long>($"beacon one-{seed} other-{seed}"),
                nodes[1].AskAsync<long>($"beacon other-{seed} one-{seed}")
            );
            await left;

            var back = await Outage.EndAsync(server, kind);
            var recovered = Stopwatch.GetElapsedTime(back, (await beacons).Max());
            await Task.WhenAll(nodes.Select(static node => node.AskAsync<bool>("dark")));
            await using var third = await NodeProcess.StartAsync(server.ConnectionString, path);
            var settled = (recovered > Settling ? recovered : Settling) - Stopwatch.GetElapsedTime(back);
            await Task.Delay(settled > TimeSpan.Zero ? settled : TimeSpan.Zero); // Because so much is allowed.
            await SweepAsync(isJudged: true, third);
            await SweepAsync(isJudged: true, third);
            return new RecoveryFigures(recovered.TotalSeconds, _stale, _reads, _first);
        }

        /// <summary>Everything lies in Redis and in both; in the snapshot something older.</summary>
        private async Task PrepareAsync(OutageKind kind)
        {
            await SweepAsync(isJudged: false);
            if (kind == OutageKind.FromSnapshot)
            {
                using var client = await ConnectionMultiplexer.ConnectAsync(
                    server.ConnectionString + ",allowAdmin=true"
                );
                await client.GetServers()[0].ExecuteAsync("SAVE");
                await WriteAsync(seed + 200, Writes);
                await SweepAsync(isJudged: false);
            }
        }

        private async Task WriteAsync(int random, int writes) =>
            await Task.WhenAll(
                nodes.Select((node, i) => node.AskAsync<LoadReport>($"write {writes} {(random * 10) + i}"))
            );

        private async Task SweepAsync(bool isJudged, params NodeProcess[] more)
        {
            foreach (var node in nodes.Concat(more))
            {
                var report = await node.AskAsync<LoadReport>("sweep");
                var faults = report.Faults.Where(static f => f.Kind != NodeFault.Slow).ToList();
                if (isJudged || faults.Any(static f => f.Kind is not (NodeFault.StaleOther or NodeFault.StaleAway)))
                {
                    _reads += report.Reads;
                    _stale += faults.Count;
                    _first = _first.Length == 0 && faults.Count > 0 ? $" ({faults[0].Kind}: {faults[0].What})" : _first;
                }
            }
        }
    }
}
