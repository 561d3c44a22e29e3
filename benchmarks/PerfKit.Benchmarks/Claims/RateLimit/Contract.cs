using PerfKit.Benchmarks.Gate;
using PerfKit.RateLimit.Tests.Contract.Rows;

namespace PerfKit.Benchmarks.Claims.RateLimit;

/// <summary>
/// Sentences of System.Threading.RateLimiting that a limiter of ours breaks; what the framework's own limiters break stands
/// beside.
/// </summary>
public sealed class Contract : Claim
{
    public override string Area => "ratelimit";
    public override string Id => "contract";
    public override Bar Bar => Bar.AtMost(0, "failed rows", "<= 0");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var (ours, asked) = await BrokenAsync(Kind.Ours, cancellationToken);
        var (theirs, askedOfTheirs) = await BrokenAsync(Kind.Theirs, cancellationToken);
        return new Measured(
            ours.Count,
            "failed rows",
            $"of {asked}: {ContractRows.All.Count} sentences, {Kind.Ours.Count} limiters; "
                + $"the framework's own break {theirs.Count} of {askedOfTheirs}{(ours.Count == 0 ? "" : $"; {ours[0]}")}"
        );
    }

    private static async Task<(List<string> Broken, int Asked)> BrokenAsync(
        IEnumerable<Kind> kinds,
        CancellationToken cancellationToken
    )
    {
        var broken = new List<string>();
        var asked = 0;
        foreach (var kind in kinds)
        {
            foreach (var row in ContractRows.All.Where(row => row.SpeaksOf(kind)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                asked++;
                if (await row.FaultAsync(kind) is { } fault)
                {
                    broken.Add($"{kind}: {row}: {fault}");
                }
            }
        }

        return (broken, asked);
    }
}
