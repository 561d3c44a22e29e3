using PerfKit.Benchmarks.Claims.Caching.Contents.Children;
using PerfKit.Benchmarks.Gate;

namespace PerfKit.Benchmarks.Claims.Caching.Contents;

/// <summary>Processes killed by the kernel when 1 GiB of contents meets a limit of 256 MB.</summary>
public sealed class OverloadClaim : Claim
{
    private const int Runs = 20;
    private const int Killed = 137; // 128 + SIGKILL
    private const long LimitBytes = 256L << 20;

    public override string Area => "caching-local";
    public override string Id => "overload";
    public override Bar Bar => Bar.AtMost(0, "kills", "<= 0");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var group = LimitedGroup.Create(LimitBytes);
        var kills = 0;
        var reports = new List<OverloadReport>();
        for (var run = 0; run < Runs; run++)
        {
            var (exitCode, output, error) = await ChildRun.RunAsync(group.Path, ["overload"], cancellationToken);
            if (exitCode == 0)
            {
                reports.Add(ChildRun.Parse<OverloadReport>(output));
            }
            else if (exitCode is Killed || error.Contains("OutOfMemory", StringComparison.Ordinal))
            {
                kills++;
            }
            else
            {
                throw new InvalidOperationException($"The process ended {exitCode}: {error}");
            }
        }

        return new Measured(
            kills,
            "kills",
            $"of {Runs} runs, cgroup v{group.Version}, peak {reports.Max(r => r.PeakResidentBytes) >> 20} MiB of 256, "
                + $"budget {reports[0].DetectedLimitBytes >> 20} MiB"
        );
    }
}
