using PerfKit.Benchmarks.Gate;
using PerfKit.Caching.Tests.Contract.Distributed.Rows;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered;

/// <summary>Sentences of the framework's caching abstractions that one of ours breaks.</summary>
public sealed class TieredContract : Claim
{
    public override string Area => "caching-tiered";
    public override string Id => "contract";
    public override Bar Bar => Bar.AtMost(0, "failed rows", "<= 0");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var stand = await RedisStand.StartAsync();
        var rows = DistributedRows.All(stand);
        var broken = new List<string>();
        foreach (var row in rows)
        {
            if (await row.FaultAsync(cancellationToken) is { } fault)
            {
                broken.Add($"{row}: {fault}");
            }
        }

        return new Measured(
            broken.Count,
            "failed rows",
            $"of {rows.Count} on IBufferDistributedCache{(broken.Count == 0 ? "" : $"; {broken[0]}")}"
        );
    }
}
