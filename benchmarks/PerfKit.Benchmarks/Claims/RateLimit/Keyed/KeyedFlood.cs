using System.Globalization;
using PerfKit.Benchmarks.Gate;

namespace PerfKit.Benchmarks.Claims.RateLimit.Keyed;

/// <summary>Ten million new keys against a limiter made for one million, in a process of its own.</summary>
public abstract class KeyedFlood : Claim
{
    private static readonly SharedRun<KeyedFloodReport> Run = new(() =>
        ChildRun.ReportAsync<KeyedFloodReport>(CancellationToken.None, "keyed-flood")
    );

    public sealed override string Area => "ratelimit";

    private protected Task<KeyedFloodReport> RunAsync() => Run.ForAsync(Id);
}

/// <summary>What the process grew by at its peak, from before the limiter was made.</summary>
public sealed class KeyedFloodMemory : KeyedFlood
{
    private const double Megabyte = 1e6;

    public override string Id => "flood-memory";
    public override Bar Bar => Bar.AtMost(64, "MB");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken) =>
        new((await RunAsync()).GrownBytes / Megabyte, "MB");
}

/// <summary>The longest call for a known key, without the time in which the machine ran something else.</summary>
public sealed class KeyedFloodStall : KeyedFlood
{
    public override string Id => "flood-stall";
    public override Bar Bar => Bar.AtMost(1, "ms");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var report = await RunAsync();
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"of {report.KnownCalls:N0} calls; by the wall {report.LongestWallMs:0.###} ms, {report.LongestEmptyMs:0.###} ms around no call at all; {report.FloodNanoseconds:0} ns a new key"
        );
        return new Measured(report.StallMs, "ms", note);
    }
}

/// <summary>Decisions for known keys that an exact model would have made otherwise.</summary>
public sealed class KeyedFloodWrong : KeyedFlood
{
    public override string Id => "flood-wrong";
    public override Bar Bar => Bar.AtMost(0, "decisions", "<= 0");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var report = await RunAsync();
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"of {report.KnownCalls:N0}, {report.KnownAdmitted:N0} admitted; {report.FloodRefused:N0} new keys found no room and a spent bucket"
        );
        return new Measured(report.Wrong, "decisions", note);
    }
}
