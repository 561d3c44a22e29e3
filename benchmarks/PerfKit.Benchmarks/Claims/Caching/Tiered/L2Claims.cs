using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered;

/// <summary>Reads of 1 KB from Redis a second, as a share of what the client's own <c>StringGet</c> does; 64 callers.</summary>
public sealed class L2Speed : Claim
{
    private const int ValueBytes = 1024;

    public override string Area => "caching-tiered";
    public override string Id => "l2-1k";
    public override Bar Bar => Bar.AtLeast(0.8, "x", ">= 0.8x");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var sides = await L2Sides.StartAsync(ValueBytes, cancellationToken);
        var rounds = new PairedRounds { Rounds = 25, SideLength = TimeSpan.FromMilliseconds(150) };
        var result = await rounds.RunAsync(sides.OursAsync, sides.RawAsync, cancellationToken);
        return new Measured(1 / result.WallRatio, "x", result.Note);
    }
}

/// <summary>Bytes allocated where 1 KB is read from Redis into a buffer the caller has; the client's own included.</summary>
public sealed class L2Bytes() : L2BytesClaim("l2-1k-bytes", 1024, 800);

/// <summary>The same of 64 KB: a copy of the value anywhere on the way shows at once.</summary>
public sealed class L2LargeBytes() : L2BytesClaim("l2-64k-bytes", 64 * 1024, 4096);

/// <summary>Bytes allocated by all threads of the process for one read of our cache; 64 callers.</summary>
public abstract class L2BytesClaim(string id, int valueBytes, int mostBytes) : Claim
{
    private const int Operations = 64 * 500;

    public override string Area => "caching-tiered";
    public override string Id => id;
    public override Bar Bar => Bar.AtMost(mostBytes, "B");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var sides = await L2Sides.StartAsync(valueBytes, cancellationToken);
        var raw = await Allocations.PerOperationAsync(Operations, sides.RawAsync);
        var ours = await Allocations.PerOperationAsync(Operations, sides.OursAsync);
        return new Measured(ours, "B", FormattableString.Invariant($"StringGet alone {raw:0} B"));
    }
}
