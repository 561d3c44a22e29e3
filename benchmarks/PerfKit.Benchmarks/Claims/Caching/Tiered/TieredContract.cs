using PerfKit.Benchmarks.Gate;
using PerfKit.Caching.Tests.Contract.Distributed.Rows;
using PerfKit.Caching.Tests.Contract.Hybrid.Rows;
using PerfKit.Caching.Tests.Contract.Output.Rows;
using PerfKit.Caching.Tests.Contract.Rows;

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
        await using var alone = await HybridStand.AloneAsync(isOurs: true);
        await using var overCache = await HybridStand.OverDistributedAsync(isOurs: true);
        await using var overRedis = await HybridStand.OverRedisAsync(stand.ConnectionString);
        await using var output = OutputStand.Alone();
        await using var outputOverCache = OutputStand.OverDistributed();
        await using var outputOverRedis = await OutputStand.OverRedisAsync(stand.ConnectionString);
        IReadOnlyList<ContractRow>[] tables =
        [
            DistributedRows.All(stand),
            .. new[] { alone, overCache, overRedis }.Select(HybridRows.All),
            .. new[] { output, outputOverCache, outputOverRedis }.Select(OutputRows.All),
        ];

        // Side by side: most of the time is waiting for values to end.
        var found = await Task.WhenAll(tables.Select(rows => BrokenAsync(rows, cancellationToken)));
        var broken = found.SelectMany(static rows => rows).ToList();
        return new Measured(
            broken.Count,
            "failed rows",
            $"of {tables.Sum(static rows => rows.Count)} on HybridCache, IBufferDistributedCache and output cache stores{(broken.Count == 0 ? "" : $"; {broken[0]}")}"
        );
    }

    private static async Task<List<string>> BrokenAsync(IReadOnlyList<ContractRow> rows, CancellationToken token)
    {
        await Task.Yield();
        var broken = new List<string>();
        foreach (var row in rows)
        {
            if (await row.FaultAsync(token) is { } fault)
            {
                broken.Add($"{row}: {fault}");
            }
        }

        return broken;
    }
}
