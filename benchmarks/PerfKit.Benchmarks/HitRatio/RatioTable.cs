namespace PerfKit.Benchmarks.HitRatio;

/// <summary>Hit ratios of one load at one capacity, 0 to 1.</summary>
internal sealed record RatioPoint(string Load, long Capacity, IReadOnlyDictionary<string, double> Ratios)
{
    public double Of(string policy) => Ratios[policy];

    /// <summary>The subject's hit ratio minus that of the best other online policy, in points.</summary>
    public double LeadPoints => 100 * (Of(RatioLab.Ours) - RatioLab.Others.Max(Of));
}

/// <summary>All points of a run.</summary>
internal sealed record RatioTable(IReadOnlyList<RatioPoint> Points)
{
    public RatioPoint Worst => Points.MinBy(p => p.LeadPoints)!;

    /// <summary>A policy's mean share of the optimum over all points, in percent.</summary>
    public double MeanShareOfOpt(string policy) =>
        100 * Points.Average(p => p.Of(RatioLab.Optimum) is > 0 and var best ? p.Of(policy) / best : 1);
}
