using System.Diagnostics;
using PerfKit.Benchmarks.Gate;

namespace PerfKit.Benchmarks.Claims.RateLimit.Keyed;

/// <summary>CPU time of a process with a million live keys that nobody asks for, as a share of a core.</summary>
public sealed class KeyedIdle : Claim
{
    public override string Area => "ratelimit";
    public override string Id => "idle-cpu";
    public override Bar Bar => Bar.AtMost(1, "%");
    public override bool Quick => true;

    /// <summary>The child: makes the keys, lets the runtime come to rest, and watches for five seconds.</summary>
    public static KeyedIdleReport RunChild()
    {
        using var limiter = KeyedSides.MakeOurs();
        foreach (var key in KeyedSides.MakeKeys())
        {
            limiter.AttemptAcquire(key).Dispose();
        }

        Thread.Sleep(TimeSpan.FromSeconds(2));
        var cpu = Environment.CpuUsage.TotalTime;
        var wall = Stopwatch.GetTimestamp();
        Thread.Sleep(TimeSpan.FromSeconds(5));
        return new KeyedIdleReport((Environment.CpuUsage.TotalTime - cpu) / Stopwatch.GetElapsedTime(wall));
    }

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var report = await ChildRun.ReportAsync<KeyedIdleReport>(cancellationToken, "keyed-idle");
        return new Measured(report.Share * 100, "%");
    }
}

/// <summary>CPU time by wall time.</summary>
public sealed record KeyedIdleReport(double Share);
