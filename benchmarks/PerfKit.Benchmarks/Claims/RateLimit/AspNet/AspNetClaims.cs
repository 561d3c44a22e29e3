using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;

namespace PerfKit.Benchmarks.Claims.RateLimit.AspNet;

/// <summary>The time that our middleware adds to a request, in times that <c>UseRateLimiter</c> adds; the worse of two loads.</summary>
public sealed class AspNetTime : Claim
{
    private const int Requests = 100_000;
    private const int WarmRounds = 6;
    private const int Rounds = 21;

    public override string Area => "ratelimit";
    public override string Id => "aspnet-time";
    public override Bar Bar => Bar.AtMost(0.8, "x", "<= 0.8x");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var rested = await MeasureAsync(isSpread: false, cancellationToken);
        var spread = await MeasureAsync(isSpread: true, cancellationToken);
        return rested.Value > spread.Value ? rested : spread;
    }

    private static async Task<Measured> MeasureAsync(bool isSpread, CancellationToken cancellationToken)
    {
        using var sides = new AspNetSides(isSpread);
        var figures = await PairedFigures.MeasureAsync(
            WarmRounds,
            Rounds,
            () => AddedAsync(sides, sides.Ours),
            () => AddedAsync(sides, sides.Theirs),
            cancellationToken
        );
        var load = isSpread ? "answers that differ" : "answers alike";
        return new Measured(
            figures.Ratio,
            "x",
            FormattableString.Invariant(
                $"{figures.Subject:0} ns against {figures.Peer:0} ns, control {figures.Control:0.00}, {load}"
            )
        );
    }

    /// <summary>Nanoseconds a request that the side takes longer than the pipeline without it, one after the other.</summary>
    private static async Task<double> AddedAsync(AspNetSides sides, Action<int> side) =>
        await NanosecondsAsync(side) - await NanosecondsAsync(sides.Bare);

    private static async Task<double> NanosecondsAsync(Action<int> side)
    {
        var cost = await Cost.OfAsync(
            Requests,
            requests =>
            {
                side(requests);
                return Task.CompletedTask;
            }
        );
        return cost.Wall.TotalNanoseconds / Requests;
    }
}

/// <summary>The bytes that our middleware allocates for an admitted request; the worse of two loads.</summary>
public sealed class AspNetBytes : Claim
{
    private const int Requests = 100_000;

    public override string Area => "ratelimit";
    public override string Id => "aspnet-bytes";
    public override Bar Bar => Bar.AtMost(64, "B");
    public override bool Quick => true;

    public override Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var alike = Measure(isSpread: false, out _);
        var different = Measure(isSpread: true, out var theirs);
        return Task.FromResult(
            new Measured(
                Math.Max(alike, different),
                "B",
                FormattableString.Invariant(
                    $"{alike:0} B with answers alike, {different:0} B with answers that differ, UseRateLimiter {theirs:0} B"
                )
            )
        );
    }

    private static double Measure(bool isSpread, out double theirs)
    {
        using var sides = new AspNetSides(isSpread);
        var bare = Allocations.PerOperation(Requests, sides.Bare);
        theirs = Allocations.PerOperation(Requests, sides.Theirs) - bare;
        return Allocations.PerOperation(Requests, sides.Ours) - bare;
    }
}
