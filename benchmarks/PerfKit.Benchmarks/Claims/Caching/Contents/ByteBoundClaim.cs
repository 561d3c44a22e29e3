using PerfKit.Benchmarks.Claims.Caching.Contents.Children;
using PerfKit.Benchmarks.Gate;

namespace PerfKit.Benchmarks.Claims.Caching.Contents;

/// <summary>By how much the process grows beyond the budget it was given.</summary>
public sealed class ByteBoundClaim : Claim
{
    public override string Area => "caching-local";
    public override string Id => "byte-bound";
    public override Bar Bar => Bar.AtMost(5, "%");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var report = await ChildRun.ReportAsync<ByteBoundReport>(cancellationToken, "byte-bound");
        return report.Wrong == 0
            ? new Measured(
                report.OvershootPercent,
                "%",
                $"grew {report.GrowthBytes / (1 << 20):0} MiB of 256, {report.Puts} puts, {report.Refused} refused, {report.Evicted} evicted before their writer looked"
            )
            : throw new InvalidOperationException($"Contents were wrong right after their put: {report}");
    }
}
