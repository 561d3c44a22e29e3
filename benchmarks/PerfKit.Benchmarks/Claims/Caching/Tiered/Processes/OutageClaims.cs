using PerfKit.Benchmarks.Claims.Caching.Tiered.Processes.Nodes;
using PerfKit.Benchmarks.Gate;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes;

/// <summary>
/// Redis is frozen (it takes connections and answers nothing) or killed (connections are refused) under a warm process: the
/// first call, a miss with a factory that costs nothing or a write, and then misses and writes one after the other.
/// </summary>
/// <remarks>Time the machine did not give the process is subtracted; see <see cref="StallWatch"/>.</remarks>
internal static class OutageRun
{
    private const int Misses = 2_000;
    private static readonly string[] Firsts = ["miss", "set", "remove", "tag"];
    private static readonly SharedRun<OutageReport[]> Run = new(MeasureAsync);

    public static Task<OutageReport[]> ForAsync(string claim) => Run.ForAsync(claim);

    private static async Task<OutageReport[]> MeasureAsync()
    {
        await using var server = await RedisServer.StartPrivateAsync();
        await using var node = (await NodeProcess.StartAllAsync(1, server.ConnectionString))[0];
        var reports = new List<OutageReport>();
        foreach (var isKilled in new[] { false, true })
        {
            foreach (var first in Firsts)
            {
                if (isKilled)
                {
                    await server.KillAsync();
                }
                else
                {
                    server.Freeze();
                }

                reports.Add(await node.AskAsync<OutageReport>($"outage {first} {Misses}"));
                if (isKilled)
                {
                    await server.RestartAsync();
                }
                else
                {
                    server.Thaw();
                }

                await node.AskAsync<int>("warm 100"); // Until it is used again.
            }
        }

        return [.. reports];
    }
}

/// <summary>The first call, and the longest write behind it.</summary>
public sealed class OutageFirst : Claim
{
    public override string Area => "caching-tiered";
    public override string Id => "outage-first";
    public override Bar Bar => Bar.AtMost(50, "ms");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var reports = await OutageRun.ForAsync(Id);
        var firsts = string.Join(" ", reports.Select(static r => FormattableString.Invariant($"{r.First:0.0}")));
        return new Measured(
            reports.Max(static r => Math.Max(r.First, r.Write)),
            "ms",
            FormattableString.Invariant(
                $"frozen, killed x miss, set, remove, tag: {firsts}; longest write behind {reports.Max(static r => r.Write):0.00}"
            )
        );
    }
}

/// <summary>The misses behind it, 99th percentile, worst round.</summary>
public sealed class OutageThen : Claim
{
    public override string Area => "caching-tiered";
    public override string Id => "outage-then";
    public override Bar Bar => Bar.AtMost(1, "ms");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var reports = await OutageRun.ForAsync(Id);
        return new Measured(
            reports.Max(static r => r.Then),
            "ms",
            $"p99 of 2,000 misses, worst of {reports.Length} outages"
        );
    }
}
