using CsCheck;

namespace PerfKit.RateLimit.Tests;

/// <summary>Random requests to random limits under a clock that goes on and back, against limits that are counted.</summary>
public sealed class KeyedLimiterModelTests
{
    private static readonly int[] Milliseconds = [1, 3, 20, 333, 7_000, 100_000];

    private static readonly Gen<Case> Cases = Gen.Select(
        Gen.Select(Gen.Int[1, 20], Gen.Int[0, Milliseconds.Length - 1], Gen.Bool).Array[1, 3],
        Gen.Select(
            Gen.OneOf(Gen.Const(0), Gen.Int[-3_000, 50], Gen.Int[0, 20_000], Gen.Int[0, 20_000_000]),
            Gen.Int[0, 20]
        ).Array[1, 150],
        (limits, requests) =>
            new Case(
                limits
                    .Select(it => new LimitOptions
                    {
                        Algorithm = it.Item3 ? LimitAlgorithm.TokenBucket : LimitAlgorithm.FixedWindow,
                        Permits = it.Item1,
                        Period = TimeSpan.FromMilliseconds(Milliseconds[it.Item2]),
                    })
                    .ToArray(),
                requests
            )
    );

    [Fact]
    public void Decide_equals_counted_limits_of_which_all_or_none_are_spent()
    {
        Cases.Sample(Play, iter: 4_000);
    }

    private static void Play(Case one)
    {
        var clock = new SteppedClock();
        using var limiter = new KeyedLimiter<string>(LimitKey.Of, one.Limits, 100, clock);
        var models = one.Limits.Select(static it => Counted.Of(it)).ToArray();
        foreach (var (ticks, wanted) in one.Requests)
        {
            clock.Ticks += ticks;
            var permits = Math.Min(wanted, limiter.Permits);

            var decision = limiter.Decide("key", permits);

            var isAdmitted = models.All(it => it.Available(clock.Ticks) >= Math.Max(permits, 1));
            Require(decision.IsAdmitted == isAdmitted, "the model decides otherwise");
            if (isAdmitted)
            {
                Array.ForEach(models, it => it.Spend(permits, clock.Ticks));
            }

            Require(decision.Remaining == models.Min(it => it.Available(clock.Ticks)), "another remainder");
            CheckWait(limiter, decision, permits, clock);
        }
    }

    /// <summary>Asking a tick before the named wait is too early, asking after it is not.</summary>
    private static void CheckWait(
        KeyedLimiter<string> limiter,
        RateLimitDecision decision,
        int permits,
        SteppedClock clock
    )
    {
        if (decision.IsAdmitted)
        {
            return;
        }

        var now = clock.Ticks;
        clock.Ticks = now + decision.RetryAfter.Ticks - 1;
        Require(limiter.GetStatistics("key")!.CurrentAvailablePermits < Math.Max(permits, 1), "the wait is too long");
        clock.Ticks++;
        Require(limiter.GetStatistics("key")!.CurrentAvailablePermits >= Math.Max(permits, 1), "the wait is too short");
        clock.Ticks = now;
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException(what);
        }
    }

    private sealed record Case(LimitOptions[] Limits, (int Ticks, int Permits)[] Requests);
}
