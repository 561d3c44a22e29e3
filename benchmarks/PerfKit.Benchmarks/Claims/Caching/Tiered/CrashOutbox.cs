using PerfKit.Benchmarks.Claims.Caching.Tiered.Crash;
using PerfKit.Benchmarks.Gate;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered;

/// <summary>
/// The built file service on PostgreSQL and Redis, killed at 100 seeded moments of writes (9 with <c>--quick</c>), a third of them
/// between the commit and the removal for certain: once the notes of the dead are relayed, no instance answers with anything older
/// than the database has. The same kills with a trigger that swallows the notes must leave stale entries, else the audit is blind.
/// </summary>
public sealed class CrashOutbox : Claim
{
    private const int Kills = 100;
    private const int QuickKills = 9;
    private const int ControlKills = 3;
    private const int QuickControlKills = 1;

    public override string Area => "caching-tiered";
    public override string Id => "crash-outbox";
    public override Bar Bar => Bar.AtMost(0, "stale");
    public override bool Quick => true;
    public override TimeSpan Limit => TimeSpan.FromMinutes(GateRun.IsQuick ? 2 : 10);

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var controls = GateRun.IsQuick ? QuickControlKills : ControlKills;
        await using var run = await CrashOutboxRun.StartAsync();
        await run.SwallowNotesAsync(isOn: true);
        for (var seed = 0; seed < controls; seed++)
        {
            await run.RoundAsync(seed, KillKind.BeforeRemoval, cancellationToken);
        }

        var control = run.Stale.Count;
        if (control == 0)
        {
            throw new InvalidOperationException($"{controls} kills without notes were not noticed.");
        }

        await run.SwallowNotesAsync(isOn: false);
        await run.ForgetAsync(cancellationToken);
        var kills = GateRun.IsQuick ? QuickKills : Kills;
        for (var seed = 0; seed < kills; seed++)
        {
            await run.RoundAsync(seed, (KillKind)(seed % 3), cancellationToken);
        }

        foreach (var stale in run.Stale.Take(20))
        {
            await Console.Error.WriteLineAsync($"caching-tiered | crash-outbox: {stale}");
        }

        return run.Stale.Count > 0 || run.KillsWithNotes >= kills / 3
            ? new Measured(
                run.Stale.Count,
                "stale",
                $"{run.KillsWithNotes} of {kills} kills left notes, {run.Notes} in all; {run.Writes} writes answered, "
                    + $"{run.Answers} answers audited; control {control} stale in {controls} kills"
            )
            : throw new InvalidOperationException(
                $"Only {run.KillsWithNotes} of {kills} kills came before a removal was done."
            );
    }
}
