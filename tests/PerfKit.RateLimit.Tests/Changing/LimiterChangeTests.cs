using FluentAssertions.Extensions;
using Microsoft.Extensions.Time.Testing;
using PerfKit.RateLimit.Internal;
using static PerfKit.RateLimit.LimitAlgorithm;
using static PerfKit.RateLimit.Tests.Changing.Shared;

namespace PerfKit.RateLimit.Tests.Changing;

/// <summary>Other limits in a limiter that is in use: what is spent, and when it comes back.</summary>
public sealed class LimiterChangeTests
{
    private readonly FakeTimeProvider _clock = new();

    public static TheoryData<LimitAlgorithm> Timed => [TokenBucket, SlidingWindow, SlidingLog, FixedWindow];

    public static TheoryData<LimitAlgorithm, LimitAlgorithm> TimedPairs
    {
        get
        {
            LimitAlgorithm[] all = [TokenBucket, SlidingWindow, SlidingLog, FixedWindow];
            var pairs = new TheoryData<LimitAlgorithm, LimitAlgorithm>();
            foreach (var (from, to) in all.SelectMany(from => all.Select(to => (from, to))))
            {
                pairs.Add(from, to);
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(TimedPairs))]
    public void Spent_permits_stay_spent_whatever_counts_them_from_then_on(LimitAlgorithm from, LimitAlgorithm to)
    {
        using var limiter = Limiter(_clock, Options(from, 10));
        Decide(limiter, 6).IsAdmitted.Should().BeTrue();

        limiter.Change([Options(to, 8)]);
        Remaining(limiter).Should().Be(2);
        limiter.Change([Options(to, 20)]);
        Remaining(limiter).Should().Be(14);

        Decide(limiter, 15).IsAdmitted.Should().BeFalse();
        Decide(limiter, 14).IsAdmitted.Should().BeTrue();
        _clock.Advance(TimeSpan.FromSeconds(11));
        Remaining(limiter).Should().Be(20);
    }

    [Theory]
    [MemberData(nameof(TimedPairs))]
    public void No_more_are_spent_than_the_new_limit_has(LimitAlgorithm from, LimitAlgorithm to)
    {
        using var limiter = Limiter(_clock, Options(from, 100));
        Decide(limiter, 100).IsAdmitted.Should().BeTrue();

        limiter.Change([Options(to, 4)]);

        Remaining(limiter).Should().Be(0);
        limiter.GetStatistics()!.CurrentAvailablePermits.Should().Be(0);
        var wait = limiter.Look(1).RetryAfter;
        wait.Should().BePositive().And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(10.3125));
        _clock.Advance(wait);
        Decide(limiter, 1).IsAdmitted.Should().BeTrue();
        _clock.Advance(TimeSpan.FromSeconds(11));
        Decide(limiter, 4).IsAdmitted.Should().BeTrue();
    }

    [Theory]
    [InlineData(SlidingWindow, 7.3125)]
    [InlineData(SlidingLog, 7)]
    [InlineData(FixedWindow, 7)]
    public void In_a_window_of_the_same_period_they_come_back_when_they_would_have(LimitAlgorithm kind, double seconds)
    {
        using var limiter = Limiter(_clock, Options(kind, 10));
        Decide(limiter, 10);
        _clock.Advance(TimeSpan.FromSeconds(3));

        limiter.Change([Options(kind, 5)]);
        limiter.Look(1).RetryAfter.Should().Be(TimeSpan.FromSeconds(seconds));
        limiter.Change([Options(kind, 12)]);

        Remaining(limiter).Should().Be(2, "all ten count again");
        limiter.Look(12).RetryAfter.Should().Be(TimeSpan.FromSeconds(seconds));
    }

    [Theory]
    [InlineData(SlidingWindow, 5.15625)]
    [InlineData(SlidingLog, 5)]
    [InlineData(FixedWindow, 5)]
    public void In_a_window_of_another_period_they_are_as_if_spent_now(LimitAlgorithm kind, double seconds)
    {
        using var limiter = Limiter(_clock, Options(kind, 10));
        Decide(limiter, 10);
        _clock.Advance(TimeSpan.FromSeconds(3));

        limiter.Change([Options(kind, 10, 5)]);

        limiter.Look(1).RetryAfter.Should().Be(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void In_a_bucket_they_come_back_one_by_one_at_the_new_rate()
    {
        using var limiter = Limiter(_clock, Options(TokenBucket, 10));
        Decide(limiter, 10);
        _clock.Advance(TimeSpan.FromSeconds(3.5));

        limiter.Change([Options(TokenBucket, 10, 100)]);

        limiter.Look(4).Should().Be(new RateLimitDecision(false, 3, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)));
        limiter.Change([Options(TokenBucket, 2, 1)]);
        limiter.Look(1).RetryAfter.Should().Be(TimeSpan.FromSeconds(0.5), "a bucket owes no more than it holds");
    }

    [Theory]
    [MemberData(nameof(Timed))]
    public void Changes_to_and_fro_bring_no_permits_and_lose_none(LimitAlgorithm kind)
    {
        using var limiter = Limiter(_clock, Options(kind, 10));
        Decide(limiter, 7);
        _clock.Advance(TimeSpan.FromSeconds(0.4));
        var before = limiter.Look(10);

        for (var i = 0; i < 1_000; i++)
        {
            limiter.Change([Options(kind, 20)]);
            limiter.Change([Options(kind, 10)]);
        }

        limiter.Look(10).Should().Be(before);
    }

    [Fact]
    public void Changes_of_a_bucket_whose_shares_of_a_permit_leave_a_rest_bring_nothing_and_lose_next_to_nothing()
    {
        using var limiter = Limiter(_clock, Options(TokenBucket, 7));
        Decide(limiter, 2);
        _clock.Advance(TimeSpan.FromSeconds(0.3));
        var before = limiter.Look(7).RetryAfter;

        for (var i = 0; i < 10_000; i++)
        {
            limiter.Change([Options(TokenBucket, 3)]);
            limiter.Change([Options(TokenBucket, 7)]);
        }

        limiter.Look(7).RetryAfter.Should().BeGreaterThanOrEqualTo(before).And.BeCloseTo(before, 10.Microseconds());
    }

    [Fact]
    public void Held_permits_stay_held_also_beyond_the_new_limit()
    {
        using var limiter = Limiter(_clock, Options(Concurrency, 5));
        var leases = Enumerable.Range(0, 5).Select(_ => limiter.AttemptAcquire()).ToList();

        limiter.Change([Options(Concurrency, 3)]);

        foreach (var (lease, remaining) in leases.Zip([0, 0, 1, 2, 3]))
        {
            Remaining(limiter).Should().Be(Math.Max(0, remaining - 1));
            lease.Dispose();
            Remaining(limiter).Should().Be(remaining);
        }

        limiter.IdleDuration.Should().NotBeNull();
    }

    [Fact]
    public void Several_limits_are_changed_together()
    {
        using var limiter = Limiter(_clock, Options(FixedWindow, 10), Options(TokenBucket, 50, 100));
        Decide(limiter, 5);

        limiter.Change([Options(FixedWindow, 20), Options(TokenBucket, 8, 100)]);

        Remaining(limiter).Should().Be(3, "that is what the second has left");
        limiter.Look(9).Should().BeEquivalentTo(new { IsAdmitted = false, RetryAfter = Timeout.InfiniteTimeSpan });
        limiter.Change([Options(FixedWindow, 6), Options(TokenBucket, 100, 100)]);
        Remaining(limiter).Should().Be(1);
    }

    [Fact]
    public void A_change_that_would_need_a_new_limiter_is_an_argument_error_and_changes_nothing()
    {
        using var limiter = Limiter(_clock, Options(FixedWindow, 10), Options(Concurrency, 10));
        LimitOptions[][] wrong =
        [
            [],
            [Options(FixedWindow, 5)],
            [Options(FixedWindow, 5), Options(Concurrency, 5), Options(FixedWindow, 5)],
            [Options(Concurrency, 5), Options(Concurrency, 5)],
            [Options(FixedWindow, 5), Options(TokenBucket, 5)],
            [Options(FixedWindow, 5), Options(Concurrency, 0)],
        ];

        foreach (var limits in wrong)
        {
            limiter.Invoking(it => it.Change(limits)).Should().Throw<ArgumentException>();
        }

        Remaining(limiter).Should().Be(10);
        limiter
            .Invoking(it => it.Change([Options(FixedWindow, 5), Options(TokenBucket, 5)]))
            .Should()
            .Throw<ArgumentException>()
            .WithMessage("Limit 1 is to be TokenBucket, but held permits cannot become others*");
    }

    [Fact]
    public void After_disposal_a_change_says_so()
    {
        var limiter = Limiter(_clock, Options(FixedWindow, 10));
        limiter.Dispose();

        limiter.Invoking(it => it.Change([Options(FixedWindow, 5)])).Should().Throw<ObjectDisposedException>();
    }

    [Theory]
    [MemberData(nameof(Timed))]
    public void What_may_be_asked_for_is_by_the_new_limit(LimitAlgorithm kind)
    {
        using var limiter = Limiter(_clock, Options(kind, 5));
        var refusal = Refusal(limiter, 5);
        limiter.Invoking(it => it.AttemptAcquire(6)).Should().Throw<ArgumentOutOfRangeException>();

        limiter.Change([Options(kind, 11)]);
        limiter.AttemptAcquire(6).IsAcquired.Should().BeTrue();
        limiter.Change([Options(kind, 3)]);

        limiter.Invoking(it => it.AttemptAcquire(4)).Should().Throw<ArgumentOutOfRangeException>();
        limiter.Invoking(it => it.AcquireAsync(4).AsTask().Wait()).Should().Throw<ArgumentOutOfRangeException>();
        refusal.MetadataNames.Should().BeEmpty("five are never there any more");
    }

    [Theory]
    [MemberData(nameof(Timed))]
    public void On_the_machines_clock_a_change_is_seen_though_nothing_was_there_for_long(LimitAlgorithm kind)
    {
        using var limiter = MachineClock.Limiter(_clock, Options(kind, 5));
        limiter.AttemptAcquire(5);
        for (var i = 0; i < 3; i++)
        {
            limiter.AttemptAcquire().IsAcquired.Should().BeFalse();
        }

        limiter.Change([Options(kind, 6)]);

        limiter.AttemptAcquire().IsAcquired.Should().BeTrue();
        limiter.AttemptAcquire().IsAcquired.Should().BeFalse();
    }

    [Fact]
    public void What_was_set_aside_is_taken_back_and_what_was_spent_of_it_counts()
    {
        using var limiter = MachineClock.Limiter(_clock, Options(TokenBucket, 100_000));
        Spend(limiter, 1_000);

        limiter.Change([Options(TokenBucket, 1_500)]);
        Spend(limiter, 500);
        limiter.AttemptAcquire().IsAcquired.Should().BeFalse();

        limiter.Change([Options(FixedWindow, 2_000)]);
        Spend(limiter, 500);
        limiter.AttemptAcquire().IsAcquired.Should().BeFalse();

        limiter.Change([Options(TokenBucket, 200_000)]);
        Spend(limiter, 198_000);
        limiter.AttemptAcquire().IsAcquired.Should().BeFalse();
        limiter.GetStatistics()!.TotalSuccessfulLeases.Should().Be(200_000);
    }

    private static System.Threading.RateLimiting.RateLimitLease Refusal(Limiter limiter, int permits)
    {
        using var first = limiter.AttemptAcquire(permits);
        return limiter.AttemptAcquire(permits);
    }

    private static void Spend(Limiter limiter, int permits)
    {
        for (var i = 0; i < permits; i++)
        {
            limiter.AttemptAcquire().IsAcquired.Should().BeTrue("it is number {0} of {1}", i, permits);
        }
    }
}
