using Microsoft.Extensions.Time.Testing;
using PerfKit.RateLimit.Internal;
using PerfKit.TestKit;
using static PerfKit.RateLimit.LimitAlgorithm;
using static PerfKit.RateLimit.Tests.Changing.Shared;

namespace PerfKit.RateLimit.Tests.Changing;

/// <summary>What a limiter says about itself.</summary>
[Collection("held leases")]
public sealed class LimiterLookTests
{
    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData(TokenBucket, 2, 1)]
    [InlineData(SlidingWindow, 10.3125, 10.3125)]
    [InlineData(SlidingLog, 10, 10)]
    [InlineData(FixedWindow, 10, 10)]
    [InlineData(Concurrency, -1, -1)]
    public void Look_says_what_Decide_will_and_spends_nothing(LimitAlgorithm kind, double retry, double next)
    {
        using var limiter = Limiter(_clock, Options(kind, 10));
        var free = limiter.Look(7);
        Decide(limiter, 7).Should().Be(free with { Remaining = 3, NextPermit = Seconds(next) });
        free.Should().Be(new RateLimitDecision(true, 10, TimeSpan.Zero, TimeSpan.Zero));

        var look = limiter.Look(5);
        limiter.Look(3).IsAdmitted.Should().BeTrue();

        look.Should().Be(new RateLimitDecision(false, 3, Seconds(retry), Seconds(next)));
        var statistics = limiter.GetStatistics()!;
        (statistics.TotalSuccessfulLeases, statistics.TotalFailedLeases).Should().Be((1, 0));
        Decide(limiter, 5).Should().Be(look);
        limiter.GetStatistics()!.TotalFailedLeases.Should().Be(1);
        Decide(limiter, 3).Remaining.Should().Be(0);
    }

    [Fact]
    public void The_lease_of_a_decision_gives_held_permits_back()
    {
        using var limiter = Limiter(_clock, Options(Concurrency, 2), Options(TokenBucket, 20, 20));
        limiter.Decide(2, out var lease, out _).IsAdmitted.Should().BeTrue();

        limiter.Decide(1, out var refusal, out _).RetryAfter.Should().Be(Timeout.InfiniteTimeSpan);
        refusal.IsAcquired.Should().BeFalse();
        lease.Dispose();

        Remaining(limiter).Should().Be(2);
    }

    [Fact]
    public void While_somebody_waits_nothing_remains_and_the_wait_counts_those_before()
    {
        using var limiter = Limiter(_clock, Options(TokenBucket, 10, queue: 10));
        Decide(limiter, 8);
        var wait = limiter.AcquireAsync(4, LimitKey.Of("a"), CancellationToken.None);

        limiter.Look(3).Should().Be(new RateLimitDecision(false, 0, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(3)));
        limiter.Describe().Should().Be("2 of 10 permits of 10 s, the next in 1 s; 4 waited for");
        limiter.Look(0).IsAdmitted.Should().BeTrue("a look passes by those who wait");
        wait.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task Look_serves_whose_turn_came_before_the_timer_saw_it()
    {
        var timers = new HandTimers();
        using var limiter = Limiter(timers, Options(TokenBucket, 10, queue: 10));
        Decide(limiter, 10);
        var wait = limiter.AcquireAsync(4, LimitKey.Of("a"), CancellationToken.None);

        timers.Now = TimeSpan.FromSeconds(6);

        limiter.Look(2).Should().Be(new RateLimitDecision(true, 2, TimeSpan.Zero, TimeSpan.FromSeconds(1)));
        (await wait).IsAcquired.Should().BeTrue();
    }

    [Fact]
    public void While_the_clock_is_behind_nothing_remains()
    {
        var timers = new HandTimers { Now = TimeSpan.FromSeconds(100) };
        using var limiter = Limiter(timers, Options(FixedWindow, 10));
        Decide(limiter, 4);

        timers.Now = TimeSpan.FromSeconds(98);

        limiter.Look(1).Should().Be(new RateLimitDecision(false, 0, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void More_permits_than_there_ever_are_are_refused_without_an_end_since_the_limit_may_have_become_smaller()
    {
        using var limiter = Limiter(_clock, Options(FixedWindow, 10));
        var refused = new RateLimitDecision(false, 10, Timeout.InfiniteTimeSpan, TimeSpan.Zero);

        limiter.Look(11).Should().Be(refused);
        limiter.Decide(11, out var lease, out _).Should().Be(refused);
        lease.IsAcquired.Should().BeFalse();
    }

    [Fact]
    public void Wrong_permit_counts_and_a_disposed_limiter_are_errors_as_everywhere()
    {
        var limiter = Limiter(_clock, Options(FixedWindow, 10));
        limiter.Invoking(it => it.Look(-1)).Should().Throw<ArgumentOutOfRangeException>();
        limiter.Invoking(it => it.Decide(-1, out _, out _)).Should().Throw<ArgumentOutOfRangeException>();

        limiter.Dispose();
        limiter.Invoking(it => it.Look(1)).Should().Throw<ObjectDisposedException>();
        limiter.Invoking(it => it.Decide(1, out _, out _)).Should().Throw<ObjectDisposedException>();
        limiter.Invoking(it => it.Describe()).Should().Throw<ObjectDisposedException>();
    }

    [Theory]
    [InlineData(TokenBucket)]
    [InlineData(SlidingWindow)]
    [InlineData(SlidingLog)]
    [InlineData(FixedWindow)]
    [InlineData(Concurrency)]
    public void Look_and_Decide_do_not_allocate(LimitAlgorithm kind)
    {
        using var limiter = Limiter(_clock, Options(kind, 1_000), Options(kind, 2_000));
        var all = 0L;

        Allocated
            .Least(() =>
            {
                for (var i = 0; i < 5_000; i++)
                {
                    all += limiter.Look(i % 1_000).Remaining;
                    all += limiter.Decide(i % 3, out var lease, out var spentAt).Remaining;
                    lease.Dispose();
                    if (lease.IsAcquired && i % 2 == 0)
                    {
                        limiter.GiveBack(i % 3, spentAt);
                    }
                }
            })
            .Should()
            .Be(0);
        all.Should().BePositive();
    }

    [Fact]
    public void Describe_says_what_is_left_of_each_limit()
    {
        using var limiter = Limiter(_clock, Options(TokenBucket, 20, 2), Options(FixedWindow, 50, 7_200));
        limiter.Describe().Should().Be("all 20 permits of 2 s; and all 50 permits of 2 h");
        Decide(limiter, 20);

        limiter
            .Describe()
            .Should()
            .Be("0 of 20 permits of 2 s, the next in 100 ms; and 30 of 50 permits of 2 h, the next in 2 h");

        using var held = Limiter(_clock, Options(Concurrency, 3));
        held.Describe().Should().Be("all 3 permits to hold");
        using var lease = held.AttemptAcquire(3);
        held.Change([Options(Concurrency, 2)]);
        held.Describe().Should().Be("0 of 2 permits to hold");
    }

    private static TimeSpan Seconds(double seconds) =>
        seconds < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds);
}
