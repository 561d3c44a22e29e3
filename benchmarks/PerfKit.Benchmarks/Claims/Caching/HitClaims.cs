using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;

namespace PerfKit.Benchmarks.Claims.Caching;

/// <summary>What a hit costs in the full-featured table, in hits of a <c>ConcurrentDictionary</c>.</summary>
public abstract class HitClaim : Claim
{
    private static readonly SharedRun<PairedResult> OneThread = new(() =>
        new HitSides().OnOneThreadAsync(CancellationToken.None)
    );

    public sealed override string Area => "caching-local";

    private protected Task<PairedResult> OnOneThreadAsync() => OneThread.ForAsync(Id);

    private protected static Bar Times(double bar) => Bar.AtMost(bar, "x", FormattableString.Invariant($"<= {bar}x"));
}

/// <summary>Wall time on one thread.</summary>
public sealed class HitOneThread : HitClaim
{
    public override string Id => "hit-1t";
    public override Bar Bar => Times(1.8);

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var result = await OnOneThreadAsync();
        return new Measured(result.WallRatio, "x", result.Note);
    }
}

/// <summary>CPU time of the whole process, maintenance included.</summary>
public sealed class HitCpu : HitClaim
{
    public override string Id => "hit-cpu";
    public override Bar Bar => Times(2.2);

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken) =>
        new((await OnOneThreadAsync()).CpuRatio, "x");
}

/// <summary>Wall time with two threads on each side.</summary>
public sealed class HitTwoThreads : HitClaim
{
    public override string Id => "hit-2t";
    public override Bar Bar => Times(1.9);

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var result = await new HitSides().OnTwoThreadsAsync(cancellationToken);
        return new Measured(result.WallRatio, "x", result.Note);
    }
}
