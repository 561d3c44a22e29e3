using PerfKit.Benchmarks.Claims.Query.Reads;
using PerfKit.Benchmarks.Gate;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>What reads through PerfKit cost more than those one writes with Dapper.</summary>
public abstract class OverheadClaim : Claim
{
    private static readonly SharedRun<IReadOnlyList<ReadCost>> Costs = new(() =>
        ReadCosts.MeasureAsync(CancellationToken.None)
    );

    public sealed override string Area => "query";

    private protected async Task<Measured> WorstAsync(Func<ReadCost, double> ratio)
    {
        var costs = (await Costs.ForAsync(Id)).OrderByDescending(ratio).ToList();
        return new Measured(ratio(costs[0]), "x", string.Join("; ", costs.Select(static cost => cost.Figures)));
    }
}

/// <summary>Wall time, the worst of all reads on both engines.</summary>
public sealed class OverheadTime : OverheadClaim
{
    public override string Id => "overhead-time";
    public override Bar Bar => Bar.AtMost(1.1, "x", "<= 1.10x");

    public override Task<Measured> MeasureAsync(CancellationToken cancellationToken) =>
        WorstAsync(static cost => cost.Result.WallRatio);
}

/// <summary>Bytes allocated, the worst of all reads on both engines.</summary>
public sealed class OverheadBytes : OverheadClaim
{
    public override string Id => "overhead-bytes";
    public override Bar Bar => Bar.AtMost(1.05, "x", "<= 1.05x");

    public override Task<Measured> MeasureAsync(CancellationToken cancellationToken) =>
        WorstAsync(static cost => cost.Result.BytesRatio);
}
