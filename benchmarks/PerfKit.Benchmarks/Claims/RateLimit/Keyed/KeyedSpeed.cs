using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;

namespace PerfKit.Benchmarks.Claims.RateLimit.Keyed;

/// <summary>What a decision for one of a million keys costs, in decisions of the framework's partitioned limiter.</summary>
public abstract class KeyedSpeed : Claim
{
    public sealed override string Area => "ratelimit";

    public sealed override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var sides = new KeyedSides();
        var result = await RunAsync(sides, cancellationToken);
        return new Measured(result.WallRatio, "x", result.Note);
    }

    private protected abstract Task<PairedResult> RunAsync(KeyedSides sides, CancellationToken cancellationToken);

    private protected static Bar Times(double bar) => Bar.AtMost(bar, "x", FormattableString.Invariant($"<= {bar}x"));
}

/// <summary>Wall time on one thread.</summary>
public sealed class KeyedOneThread : KeyedSpeed
{
    public override string Id => "keys-1t";
    public override Bar Bar => Times(0.4);

    private protected override Task<PairedResult> RunAsync(KeyedSides sides, CancellationToken cancellationToken) =>
        sides.OnOneThreadAsync(cancellationToken);
}

/// <summary>Wall time with two threads on each side.</summary>
public sealed class KeyedTwoThreads : KeyedSpeed
{
    public override string Id => "keys-2t";
    public override Bar Bar => Times(0.25);

    private protected override Task<PairedResult> RunAsync(KeyedSides sides, CancellationToken cancellationToken) =>
        sides.OnTwoThreadsAsync(cancellationToken);
}
