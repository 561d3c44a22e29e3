using System.Globalization;
using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.HitRatio;
using PerfKit.Benchmarks.HitRatio.Loads;

namespace PerfKit.Benchmarks.Claims.Caching;

/// <summary>What the hit ratios over twelve loads at three capacities say; one run serves both claims.</summary>
public abstract class RatioClaim : Claim
{
    private static readonly SharedRun<RatioTable> Table = new(() => Task.Run(() => RatioLab.Run(LoadCatalog.All)));

    public sealed override string Area => "caching-local";

    public sealed override async Task<Measured> MeasureAsync(CancellationToken cancellationToken) =>
        Read(await Table.ForAsync(Id));

    private protected abstract Measured Read(RatioTable table);

    private protected static string Plain(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}

/// <summary>The mean share of the clairvoyant optimum lies above that of BitFaster's better cache, in points.</summary>
public sealed class RatioMean : RatioClaim
{
    public override string Id => "ratio-mean";
    public override Bar Bar => Bar.AtLeast(1, "points", ">= BitFaster's best + 1 point");

    private protected override Measured Read(RatioTable table)
    {
        var ours = table.MeanShareOfOpt(RatioLab.Ours);
        var lru = table.MeanShareOfOpt(RatioLab.BitFasterLru);
        var lfu = table.MeanShareOfOpt(RatioLab.BitFasterLfu);
        var note = $"{Plain(ours)} % of the optimum; BitFaster Lfu {Plain(lfu)} %, Lru {Plain(lru)} %";
        return new Measured(ours - Math.Max(lru, lfu), "points", note);
    }
}

/// <summary>On no load is one of LRU, S3-FIFO and BitFaster's caches far ahead, in points of hit ratio.</summary>
public sealed class RatioWorst : RatioClaim
{
    public override string Id => "ratio-worst";
    public override Bar Bar => Bar.AtMost(2.5, "points");

    private protected override Measured Read(RatioTable table)
    {
        var worst = table.Worst;
        var best = RatioLab.Others.MaxBy(worst.Of)!;
        var note = $"{worst.Load} at {worst.Capacity}: {Plain(100 * worst.Of(RatioLab.Ours))} %";
        return new Measured(-worst.LeadPoints, "points", $"{note}, {best} {Plain(100 * worst.Of(best))} %");
    }
}
