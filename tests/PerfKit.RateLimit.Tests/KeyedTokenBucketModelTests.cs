using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.RateLimit.Tests;

/// <summary>Random requests under a random clock, against a bucket that counts and against the bound itself.</summary>
public sealed class KeyedTokenBucketModelTests
{
    private static readonly double[] Rates = [0.01, 0.3, 1, 3, 7, 100, 999, 1_000_000];

    private static readonly Gen<(double Rate, int Burst, (int Ticks, int Permits)[] Requests)> Cases = Gen.Select(
        Gen.Int[0, Rates.Length - 1].Select(i => Rates[i]),
        Gen.Int[1, 20],
        Gen.Select(Gen.OneOf(Gen.Const(0), Gen.Int[0, 50], Gen.Int[0, 20_000_000]), Gen.Int[0, 20]).Array[1, 150]
    );

    [Fact]
    public void Decide_equals_a_bucket_that_is_counted_and_never_exceeds_the_burst_plus_the_rate()
    {
        Cases.Sample(one => Play(one.Rate, one.Burst, one.Requests), iter: 4_000);
    }

    private static void Play(double rate, int burst, (int Ticks, int Permits)[] requests)
    {
        var clock = new FakeTimeProvider();
        using var limiter = new KeyedTokenBucket(
            new TokenBucketPolicyOptions { PermitsPerSecond = rate, Burst = burst },
            100,
            clock
        );
        var interval = (Int128)Math.Ceiling(1e9 / rate);
        var level = interval * burst; // Nanoseconds of credit.
        var admitted = new List<(long Ticks, int Permits)>();
        var now = 0L;
        foreach (var (ticks, wanted) in requests)
        {
            now += ticks;
            clock.Advance(TimeSpan.FromTicks(ticks));
            level = Int128.Min(interval * burst, level + ((Int128)ticks * 100));
            var permits = Math.Min(wanted, burst);

            var decision = limiter.Decide("key", permits);

            Require(decision.IsAdmitted == level >= interval * Math.Max(permits, 1), "the model decides otherwise");
            if (decision.IsAdmitted && permits > 0)
            {
                level -= interval * permits;
                admitted.Add((now, permits));
            }

            Require(decision.Remaining == (int)(level / interval), "the model has another remainder");
        }

        CheckBound(rate, burst, admitted);
    }

    /// <summary>Over every stretch of time: what was admitted in it is at most the burst and what came back.</summary>
    private static void CheckBound(double rate, int burst, List<(long Ticks, int Permits)> admitted)
    {
        for (var from = 0; from < admitted.Count; from++)
        {
            var sum = 0;
            for (var to = from; to < admitted.Count; to++)
            {
                sum += admitted[to].Permits;
                var seconds = (admitted[to].Ticks - admitted[from].Ticks) / 1e7;
                Require(sum <= burst + (rate * seconds) + 1e-6, $"{sum} were admitted in {seconds} s");
            }
        }
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException(what);
        }
    }
}
