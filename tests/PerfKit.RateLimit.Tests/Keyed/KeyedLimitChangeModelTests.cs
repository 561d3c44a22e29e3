using CsCheck;
using PerfKit.RateLimit.Internal.Keyed;

namespace PerfKit.RateLimit.Tests;

/// <summary>Random histories of spending, looking, giving back and changes under a clock that goes on and back, against a limit that is counted.</summary>
public sealed class KeyedLimitChangeModelTests
{
    private static readonly int[] Milliseconds = [1, 3, 20, 333, 7_000, 100_000];
    private static readonly LimitKey Key = LimitKey.Of("key");

    private static readonly Gen<Limit> Limits = Gen.Select(
        Gen.Int[1, 20],
        Gen.Int[0, Milliseconds.Length - 1],
        Gen.Bool,
        static (permits, period, isBucket) => new Limit(isBucket, permits, Milliseconds[period])
    );

    private static readonly Gen<int> Ticks = Gen.OneOf(
        Gen.Const(0),
        Gen.Int[-3_000, 50],
        Gen.Int[0, 20_000],
        Gen.Int[0, 20_000_000]
    );

    private static readonly Gen<Step[]> Histories = Gen.Select(
        Ticks,
        Gen.Int[0, 9],
        Gen.Int[0, 20],
        Limits,
        static (ticks, what, permits, limit) => new Step(ticks, what, permits, limit)
    ).Array[1, 150];

    [Fact]
    public void A_limiter_of_changing_limits_equals_a_counted_one()
    {
        Gen.Select(Limits, Histories).Sample(static it => Play(it.Item1.Options, it.Item2), iter: 10_000);
    }

    [Fact]
    public void What_is_given_back_leaves_no_more_than_if_it_had_never_been_spent()
    {
        Gen.Select(Limits, Histories).Sample(static it => Replay(it.Item1.Options, it.Item2), iter: 4_000);
    }

    private static void Play(LimitOptions first, Step[] history)
    {
        var clock = new SteppedClock();
        using var limiter = new KeyedLimiter<LimitKey>(static key => key, [first], 100, clock);
        var model = new CountedLimit(first);
        var spent = new List<(int Permits, Spending Ours, CountedLimit.Spent Model)>();
        foreach (var step in history)
        {
            clock.Ticks += step.Ticks;
            var available = model.Available(clock.Ticks);
            if (step.What < 2)
            {
                limiter.Change([step.Limit.Options]);
                model.Change(step.Limit.Options, clock.Ticks);
            }
            else if (step.What < 4 && spent.Count > 0)
            {
                var at = step.Permits % spent.Count;
                limiter.GiveBack(Key, spent[at].Permits, spent[at].Ours);
                model.GiveBack(spent[at].Model, clock.Ticks);
                spent.RemoveAt(at);
            }
            else
            {
                var look = limiter.Look(Key, step.Permits);
                var decision = limiter.Spend(Key, step.Permits, out var spending);
                Require(look == decision, "it looked otherwise");
                Require(decision.IsAdmitted == available >= Math.Max(1, step.Permits), "the model decides otherwise");
                if (decision.IsAdmitted)
                {
                    spent.Add((step.Permits, spending, model.Spend(step.Permits, clock.Ticks)));
                }
            }

            Require(limiter.Look(Key, 0).Remaining == model.Available(clock.Ticks), "another remainder");
        }
    }

    /// <summary>The clock goes on alone here: what was never spent then has no place in the history.</summary>
    private static void Replay(LimitOptions limit, Step[] history)
    {
        var clock = new SteppedClock();
        using var limiter = new KeyedLimiter<LimitKey>(static key => key, [limit], 100, clock);
        var spent = new List<(long Ticks, int Permits, Spending Spending)>();
        foreach (var step in history)
        {
            clock.Ticks += Math.Abs(step.Ticks);
            if (step.What < 4 && spent.Count > 0)
            {
                var at = step.Permits % spent.Count;
                limiter.GiveBack(Key, spent[at].Permits, spent[at].Spending);
                spent.RemoveAt(at);
            }
            else if (limiter.Spend(Key, step.Permits, out var spending).IsAdmitted)
            {
                spent.Add((clock.Ticks, step.Permits, spending));
            }

            var model = Counted.Of(limit);
            spent.ForEach(it => model.Spend(it.Permits, it.Ticks));
            Require(limiter.Look(Key, 0).Remaining <= model.Available(clock.Ticks), "more than was spent");
        }
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException(what);
        }
    }

    private sealed record Step(int Ticks, int What, int Permits, Limit Limit);

    private sealed record Limit(bool IsBucket, int Permits, int Milliseconds)
    {
        public LimitOptions Options =>
            new()
            {
                Algorithm = IsBucket ? LimitAlgorithm.TokenBucket : LimitAlgorithm.FixedWindow,
                Permits = Permits,
                Period = TimeSpan.FromMilliseconds(Milliseconds),
            };
    }
}
