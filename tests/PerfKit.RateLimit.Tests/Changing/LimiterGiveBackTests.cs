using Microsoft.Extensions.Time.Testing;
using PerfKit.RateLimit.Internal;
using static PerfKit.RateLimit.LimitAlgorithm;
using static PerfKit.RateLimit.Tests.Changing.Shared;

namespace PerfKit.RateLimit.Tests.Changing;

/// <summary>What was spent in vain comes back, and nothing else.</summary>
[Collection("held leases")]
public sealed class LimiterGiveBackTests
{
    private readonly FakeTimeProvider _clock = new();

    public static TheoryData<LimitAlgorithm> Timed => [TokenBucket, SlidingWindow, SlidingLog, FixedWindow];

    [Theory]
    [MemberData(nameof(Timed))]
    public void At_once_all_of_it_comes_back_and_not_what_others_spent(LimitAlgorithm kind)
    {
        using var limiter = Limiter(_clock, Options(kind, 10));
        Decide(limiter, 3);
        var spentAt = Spend(limiter, 5);

        limiter.GiveBack(5, spentAt);

        Remaining(limiter).Should().Be(7);
        _clock.Advance(TimeSpan.FromSeconds(11));
        Remaining(limiter).Should().Be(10);
    }

    [Theory]
    [MemberData(nameof(Timed))]
    public void More_than_was_spent_never_comes_back(LimitAlgorithm kind)
    {
        using var limiter = Limiter(_clock, Options(kind, 10));
        var spentAt = Spend(limiter, 2);

        limiter.GiveBack(10, spentAt);
        Remaining(limiter).Should().Be(10);
        Decide(limiter, 10).IsAdmitted.Should().BeTrue();

        Decide(limiter, 1).IsAdmitted.Should().BeFalse();
    }

    [Theory]
    [InlineData(SlidingWindow)]
    [InlineData(SlidingLog)]
    [InlineData(FixedWindow)]
    public void Within_a_window_it_comes_back_also_later_and_from_where_it_was(LimitAlgorithm kind)
    {
        using var limiter = Limiter(_clock, Options(kind, 10));
        Decide(limiter, 2);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var spentAt = Spend(limiter, 3);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Decide(limiter, 4);
        _clock.Advance(TimeSpan.FromSeconds(7));

        limiter.GiveBack(3, spentAt);

        Remaining(limiter).Should().Be(4);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Remaining(limiter).Should().Be(kind == FixedWindow ? 10 : 6, "what was spent at two seconds is still there");
    }

    [Theory]
    [MemberData(nameof(Timed))]
    public void From_a_window_that_passed_nothing_comes_back(LimitAlgorithm kind)
    {
        using var limiter = Limiter(_clock, Options(kind, 10));
        var spentAt = Spend(limiter, 5);
        _clock.Advance(TimeSpan.FromSeconds(11));
        Decide(limiter, 10).IsAdmitted.Should().BeTrue();

        limiter.GiveBack(5, spentAt);

        Remaining(limiter).Should().Be(0);
    }

    [Fact]
    public void A_bucket_that_might_have_been_full_since_gives_only_what_it_would_have_kept()
    {
        using var limiter = Limiter(_clock, Options(TokenBucket, 10));
        var spentAt = Spend(limiter, 5);
        _clock.Advance(TimeSpan.FromSeconds(3));
        Decide(limiter, 8).IsAdmitted.Should().BeTrue();

        limiter.GiveBack(5, spentAt);

        Remaining(limiter).Should().Be(2, "without those five it would have been full, and eight were spent since");
    }

    [Fact]
    public void A_log_gives_back_nothing_for_what_it_forgot()
    {
        using var limiter = Limiter(_clock, Options(SlidingLog, 10));
        var spentAt = Spend(limiter, 4);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Decide(limiter, 6);
        _clock.Advance(TimeSpan.FromSeconds(9));

        limiter.GiveBack(4, spentAt);

        Remaining(limiter).Should().Be(4, "the six of a second later are not these");
    }

    [Theory]
    [MemberData(nameof(Timed))]
    public void After_a_change_of_algorithm_what_was_spent_before_is_not_told_apart(LimitAlgorithm kind)
    {
        using var limiter = Limiter(_clock, Options(kind, 10));
        var before = Spend(limiter, 5);
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        limiter.Change([Options(kind == FixedWindow ? TokenBucket : FixedWindow, 10)]);
        var remaining = Remaining(limiter);
        _clock.Advance(TimeSpan.FromSeconds(0.001));
        var after = Spend(limiter, 5);

        limiter.GiveBack(5, before);
        Remaining(limiter).Should().Be(remaining - 5);

        limiter.GiveBack(5, after);
        Remaining(limiter).Should().Be(remaining);
    }

    [Theory]
    [MemberData(nameof(Timed))]
    public void Of_permits_that_a_smaller_limit_cut_off_none_comes_back(LimitAlgorithm kind)
    {
        using var limiter = Limiter(_clock, Options(kind, 20));
        var first = Spend(limiter, 10);
        _ = Spend(limiter, 10);

        limiter.Change([Options(TokenBucket, 8, 5)]);
        limiter.GiveBack(10, first);

        Remaining(limiter).Should().Be(0, "ten others fill a bucket of eight, too");
        limiter.Change([Options(FixedWindow, 20)]);
        limiter.GiveBack(10, first);
        Remaining(limiter).Should().Be(12, "nor after a further change");
    }

    [Theory]
    [MemberData(nameof(Timed))]
    public async Task Who_waits_gets_what_comes_back(LimitAlgorithm kind)
    {
        using var limiter = Limiter(_clock, Options(kind, 10, queue: 10));
        var spentAt = Spend(limiter, 10);
        var wait = limiter.AcquireAsync(6, LimitKey.Of("a"), CancellationToken.None);

        limiter.GiveBack(10, spentAt);

        (await wait.AsTask().WaitAsync(TimeSpan.FromSeconds(30))).IsAcquired.Should().BeTrue();
        Remaining(limiter).Should().Be(4);
    }

    [Theory]
    [MemberData(nameof(Timed))]
    public void On_the_machines_clock_it_is_there_though_nothing_was_for_long(LimitAlgorithm kind)
    {
        using var limiter = MachineClock.Limiter(_clock, Options(kind, 10));
        var spentAt = Spend(limiter, 10);
        limiter.AttemptAcquire().IsAcquired.Should().BeFalse();

        limiter.GiveBack(10, spentAt);

        limiter.AttemptAcquire().IsAcquired.Should().BeTrue();
    }

    [Fact]
    public void Held_permits_come_back_with_their_lease_alone()
    {
        using var limiter = Limiter(_clock, Options(Concurrency, 10), Options(FixedWindow, 20));
        limiter.Decide(4, out var lease, out var spentAt);

        limiter.GiveBack(4, spentAt);
        Remaining(limiter).Should().Be(6);
        lease.Dispose();

        Remaining(limiter).Should().Be(10);
        limiter.Describe().Should().Be("all 10 permits to hold; and all 20 permits of 10 s");
    }

    private static long Spend(Limiter limiter, int permits)
    {
        limiter.Decide(permits, out _, out var spentAt).IsAdmitted.Should().BeTrue();
        return spentAt;
    }
}
