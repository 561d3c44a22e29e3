using System.Globalization;
using PerfKit.Benchmarks.Claims.Caching.Contents.Children;
using PerfKit.Benchmarks.Claims.Host;
using PerfKit.Benchmarks.Gate;

namespace PerfKit.Benchmarks.Claims.Caching.Contents;

/// <summary>1 GiB of 64 KB contents, 2,000 puts and reads a second, in a process of its own.</summary>
public abstract class ChurnClaim : Claim
{
    private static readonly SharedRun<ChurnReport> Run = new(static () =>
        ChildRun.ReportAsync<ChurnReport>(CancellationToken.None, "churn", "content-cache", "paced")
    );

    public sealed override string Area => "caching-local";

    public sealed override async Task<Measured> MeasureAsync(CancellationToken cancellationToken) =>
        Read(await Run.ForAsync(Id));

    private protected abstract Measured Read(ChurnReport report);
}

/// <summary>Share of time in which the collector held all threads.</summary>
public sealed class ChurnPause : ChurnClaim
{
    public override string Id => "churn-pause";
    public override Bar Bar => Bar.AtMost(0.1, "%");

    private protected override Measured Read(ChurnReport report) =>
        new(report.PausePercent, "%", $"{report.Collections} collections at {report.PutsPerSecond:0} puts/s");
}

/// <summary>What one operation of ten thousand takes at least.</summary>
public sealed class ChurnTail : ChurnClaim
{
    public override string Id => "churn-tail";
    public override Bar Bar => Bar.AtMost(0.3, "ms");

    private protected override Measured Read(ChurnReport report) => new(report.TailMs, "ms", "p99.99");
}

/// <summary>Growth of the resident set over the bytes of the contents.</summary>
public sealed class ChurnResident : ChurnClaim
{
    public override string Id => "churn-rss";
    public override Bar Bar => Bar.AtMost(1.2, "x", "<= 1.2x");

    private protected override Measured Read(ChurnReport report) => new(report.ResidentOverContent, "x");
}

/// <summary>Unpaced puts a second over the best peer, each in a process of its own, one after the other.</summary>
public sealed class ChurnRate : Claim
{
    public override string Area => "caching-local";
    public override string Id => "churn-rate";
    public override Bar Bar => Bar.AtLeast(5, "x", ">= 5x");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var ours = await RateAsync("content-cache", cancellationToken);
        var peers = new Dictionary<string, double>();
        foreach (var peer in ChurnSides.Peers)
        {
            peers[peer] = await RateAsync(peer, cancellationToken);
        }

        var figures = peers.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {p.Value:0}"));
        return new Measured(
            ours / peers.Values.Max(),
            "x",
            string.Create(CultureInfo.InvariantCulture, $"{ours:0} puts/s against {string.Join(", ", figures)}")
        );
    }

    private static async Task<double> RateAsync(string side, CancellationToken cancellationToken) =>
        (await ChildRun.ReportAsync<ChurnReport>(cancellationToken, "churn", side, "unpaced")).PutsPerSecond;
}
