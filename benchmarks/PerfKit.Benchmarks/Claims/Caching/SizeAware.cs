using System.Globalization;
using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.HitRatio.Sized;

namespace PerfKit.Benchmarks.Claims.Caching;

/// <summary>Bounded in bytes, with log-normal sizes: object hits against Greedy-Dual-Size-Frequency, mean over the loads.</summary>
public sealed class SizeAware : Claim
{
    public override string Area => "caching-local";
    public override string Id => "size-aware";
    public override Bar Bar => Bar.AtLeast(-1.5, "points");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var points = await Task.Run(() => SizedLab.Run(SizedLoad.All, cancellationToken), cancellationToken);
        var worst = points.MinBy(p => p.LeadPoints)!;
        var lru = 100 * points.Average(p => p.Lru.Objects - p.Gdsf.Objects);
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"worst {worst.Load} at {worst.CapacityBytes >> 20} MB {worst.LeadPoints:0.0}; LRU by bytes {lru:0.0}"
        );
        return new Measured(points.Average(p => p.LeadPoints), "points", note);
    }
}
