using PerfKit.Benchmarks.Gate;

namespace PerfKit.Benchmarks.Claims.Streaming.Crash;

/// <summary>
/// `kill -9` at 200 seeded moments of uploads: no partial content visible, no acknowledged byte lost, nothing left after a
/// collection. Each acknowledged content is also looked for at once, for a kill seldom falls into so short a time. The same
/// kills over a handler that writes to the final name must be caught, else the checker is blind. A kill leaves what was
/// written in the page cache, so a power cut is not tested here: the order of syncs is a test of its own.
/// </summary>
internal sealed class CrashClaim : Claim
{
    private const int Kills = 200;
    private const int LeastHits = Kills * 7 / 10;
    private const int ControlKills = 8;

    public override string Area => "streaming";

    public override string Id => "crash";

    public override Bar Bar => Bar.AtMost(0, "violations");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var control = await CrashRun.RunAsync(ControlKills, hasty: true, cancellationToken);
        if (control.Violations.Count == 0)
        {
            throw new InvalidOperationException($"{ControlKills} kills of a hasty writer were not noticed.");
        }

        var run = await CrashRun.RunAsync(Kills, hasty: false, cancellationToken);
        if (run.Hits < LeastHits)
        {
            throw new InvalidOperationException($"Only {run.Hits} of {Kills} kills hit an unfinished upload.");
        }

        foreach (var violation in run.Violations.Take(20))
        {
            await Console.Error.WriteLineAsync($"streaming | crash: {violation}");
        }

        return new Measured(
            run.Violations.Count,
            "violations",
            $"{run.Hits} of {Kills} kills hit an unfinished upload; {run.Acknowledged} acknowledged, {run.Audit.Verified} "
                + $"contents verified, {run.Audit.Swept} temporary files swept, {run.Audit.Unacknowledged} whole but not "
                + $"acknowledged; control {control.Violations.Count} in {ControlKills} kills; {run.Took.TotalSeconds:0} s"
        );
    }
}
