using System.Threading.RateLimiting;
using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;
using PerfKit.RateLimit;

namespace PerfKit.Benchmarks.Claims.RateLimit;

/// <summary>
/// The time of a decision, in decisions of another limiter. A few nanoseconds depend on what the compiler has seen before:
/// so each is measured in a process of its own, where neither side was used otherwise.
/// </summary>
public abstract class LimiterClaim(double bar) : Claim
{
    public sealed override string Area => "ratelimit";
    public sealed override Bar Bar => Bar.AtMost(bar, "x", FormattableString.Invariant($"<= {bar}x"));

    /// <summary>The child: measures the claim of that id.</summary>
    public static Task<Measured> RunChildAsync(string id)
    {
        LimiterClaim[] claims =
        [
            new GrantOneThread(),
            new GrantTwoThreads(),
            new RejectOneThread(),
            new ChainOfThree(),
        ];
        return claims.Single(it => it.Id == id).MeasureHereAsync(CancellationToken.None);
    }

    public sealed override Task<Measured> MeasureAsync(CancellationToken cancellationToken) =>
        ChildRun.ReportAsync<Measured>(cancellationToken, "limiter", Id);

    protected abstract Task<Measured> MeasureHereAsync(CancellationToken cancellationToken);

    private protected static async Task<Measured> CompareAsync(
        Func<int, Task> subject,
        Func<int, Task> peer,
        CancellationToken cancellationToken
    )
    {
        var result = await new PairedRounds().RunAsync(subject, peer, cancellationToken);
        return new Measured(result.WallRatio, "x", result.Note);
    }

    private protected static Func<int, Task> OnOneThread(Action<int> run) =>
        operations =>
        {
            run(operations);
            return Task.CompletedTask;
        };
}

/// <summary>A permit granted on one thread.</summary>
public sealed class GrantOneThread() : LimiterClaim(0.65)
{
    public override string Id => "grant-1t";

    protected override async Task<Measured> MeasureHereAsync(CancellationToken cancellationToken)
    {
        await using var ours = RateLimiters.Create(LimiterSides.PlentyOptions);
        await using var theirs = LimiterSides.Theirs();
        return await CompareAsync(
            OnOneThread(LimiterSides.Spend(ours)),
            OnOneThread(LimiterSides.SpendTheirs(theirs)),
            cancellationToken
        );
    }
}

/// <summary>A permit granted, two threads at one limiter.</summary>
public sealed class GrantTwoThreads() : LimiterClaim(0.55)
{
    public override string Id => "grant-2t";

    protected override async Task<Measured> MeasureHereAsync(CancellationToken cancellationToken)
    {
        await using var ours = RateLimiters.Create(LimiterSides.PlentyOptions);
        await using var theirs = LimiterSides.Theirs();
        return await CompareAsync(
            LimiterSides.OnTwoThreads(LimiterSides.Spend(ours)),
            LimiterSides.OnTwoThreads(LimiterSides.SpendTheirs(theirs)),
            cancellationToken
        );
    }
}

/// <summary>A permit refused on one thread.</summary>
public sealed class RejectOneThread() : LimiterClaim(0.45)
{
    public override string Id => "reject-1t";

    protected override async Task<Measured> MeasureHereAsync(CancellationToken cancellationToken)
    {
        await using var ours = LimiterSides.Empty();
        await using var theirs = LimiterSides.TheirsEmpty();
        return await CompareAsync(
            OnOneThread(LimiterSides.Spend(ours)),
            OnOneThread(LimiterSides.SpendTheirs(theirs)),
            cancellationToken
        );
    }
}

/// <summary>A permit of three limits at once, in permits of one; the worse of limits that set permits aside and that do not.</summary>
public sealed class ChainOfThree() : LimiterClaim(2)
{
    public override string Id => "chain";

    protected override async Task<Measured> MeasureHereAsync(CancellationToken cancellationToken)
    {
        var plenty = await CompareAsync(LimiterSides.PlentyOptions, cancellationToken);
        var exact = new LimitOptions { Permits = 1_000, Period = TimeSpan.FromMilliseconds(1) };
        var small = await CompareAsync(exact, cancellationToken);
        return plenty.Value > small.Value ? plenty : small;
    }

    private static async Task<Measured> CompareAsync(LimitOptions limit, CancellationToken cancellationToken)
    {
        await using var three = RateLimiters.Create(limit, limit, limit);
        await using var one = RateLimiters.Create(limit);
        return await CompareAsync(
            OnOneThread(LimiterSides.Spend(three)),
            OnOneThread(LimiterSides.Spend(one)),
            cancellationToken
        );
    }
}
