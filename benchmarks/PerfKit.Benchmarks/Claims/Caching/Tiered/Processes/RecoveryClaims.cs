using PerfKit.Benchmarks.Gate;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes;

/// <summary>From Redis being thawed, or started again, until two processes have read through it what the other wrote.</summary>
public sealed class Recovery : Claim
{
    public override string Area => "caching-tiered";
    public override string Id => "recovery";
    public override Bar Bar => Bar.AtMost(1, "s");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var figures = await RecoveryRun.ForAsync(Id);
        return new Measured(figures.Seconds, "s", figures.Note.TrimEnd(' ', ';'));
    }
}

/// <summary>Values older than the newest complete write, read from a second behind that on, by both and by a third process.</summary>
public sealed class RecoveryStale : Claim
{
    public override string Area => "caching-tiered";
    public override string Id => "recovery-stale";
    public override Bar Bar => Bar.AtMost(0, "reads");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var figures = await RecoveryRun.ForAsync(Id);
        return new Measured(figures.Stale, "reads", $"of {figures.Reads}; {figures.Note.TrimEnd(' ', ';')}");
    }
}
