using PerfKit.Benchmarks.Gate;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes;

/// <summary>Factory calls for one cold key that 10,000 callers in three processes ask for at once; all get its value.</summary>
public sealed class OneCall : Claim
{
    private const int Rounds = 5;

    public override string Area => "caching-tiered";
    public override string Id => "one-call";
    public override Bar Bar => Bar.AtMost(1, "calls");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var crowd = await Crowd.StartAsync();
        var most = 0;
        for (var round = 0; round < Rounds; round++)
        {
            most = Math.Max(most, await crowd.CallAsync());
        }

        return new Measured(
            most,
            "calls",
            $"{Rounds} keys, {Crowd.Callers} callers in 3 processes{(most > 1 ? crowd.Log : "")}"
        );
    }
}

/// <summary>
/// The process whose factory runs is killed in it, and in a last round stopped until its lease is over and then continued.
/// </summary>
/// <remarks>
/// The clock begins with the first factory call, which its claim precedes by less than a millisecond, and before the claim
/// was renewed. Lease and second factory call are subtracted.
/// </remarks>
internal static class LeaderRun
{
    private const int Kills = 2;
    private static readonly SharedRun<LeaderFigures> Run = new(MeasureAsync);

    public static string Note =>
        $"{Kills} killed, one stopped beyond its lease; {Crowd.Callers} callers in 3 processes";

    public static Task<LeaderFigures> ForAsync(string claim) => Run.ForAsync(claim);

    private static async Task<LeaderFigures> MeasureAsync()
    {
        var lease = new RedisTierOptions().ClaimLease;
        await using var crowd = await Crowd.StartAsync();
        var worst = new LeaderFigures(0, 0);
        for (var round = 0; round <= Kills; round++)
        {
            var figures = await crowd.WithoutLeaderAsync(lease, isKilled: round < Kills);
            worst = new LeaderFigures(Math.Max(worst.Calls, figures.Calls), Math.Max(worst.Delay, figures.Delay));
        }

        if (worst.Calls > 2)
        {
            await Console.Error.WriteLineAsync(crowd.Log);
        }

        return worst;
    }
}

/// <summary>Factory calls where the first is never answered: the second, and no third.</summary>
public sealed class LeaderCalls : Claim
{
    public override string Area => "caching-tiered";
    public override string Id => "leader-calls";
    public override Bar Bar => Bar.AtMost(2, "calls");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken) =>
        new((await LeaderRun.ForAsync(Id)).Calls, "calls", LeaderRun.Note);
}

/// <summary>How much later than lease and factory the last caller of the other processes has its answer.</summary>
public sealed class LeaderDelay : Claim
{
    public override string Area => "caching-tiered";
    public override string Id => "leader-delay";
    public override Bar Bar => Bar.AtMost(100, "ms");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken) =>
        new((await LeaderRun.ForAsync(Id)).Delay, "ms", LeaderRun.Note);
}
