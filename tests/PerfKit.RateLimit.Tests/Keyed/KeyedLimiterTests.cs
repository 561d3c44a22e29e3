using System.Threading.RateLimiting;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.RateLimit.Tests;

public sealed class KeyedLimiterTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Decide_admits_the_burst_then_refuses_and_names_the_wait()
    {
        using var limiter = Create(permitsPerSecond: 10, burst: 3);

        Decide(limiter, 3)
            .Should()
            .OnlyContain(d => d.IsAdmitted)
            .And.Subject.Select(d => d.Remaining)
            .Should()
            .Equal(2, 1, 0);
        var refused = limiter.Decide("a");

        refused
            .Should()
            .Be(new RateLimitDecision(false, 0, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public void Decide_exactly_after_the_named_wait_admits_and_a_tick_earlier_does_not()
    {
        using var limiter = Create(permitsPerSecond: 3, burst: 3);
        Decide(limiter, 3);
        var wait = limiter.Decide("a").RetryAfter;

        _clock.Advance(wait - TimeSpan.FromTicks(1));
        limiter.Decide("a").IsAdmitted.Should().BeFalse();
        _clock.Advance(TimeSpan.FromTicks(1));

        limiter.Decide("a").IsAdmitted.Should().BeTrue();
    }

    [Fact]
    public void Decide_keeps_each_key_to_itself()
    {
        using var limiter = Create(permitsPerSecond: 1, burst: 1);

        limiter.Decide("a").IsAdmitted.Should().BeTrue();
        limiter.Decide("a").IsAdmitted.Should().BeFalse();
        limiter.Decide("b").IsAdmitted.Should().BeTrue();
    }

    [Fact]
    public void Decide_after_a_long_rest_admits_no_more_than_the_burst()
    {
        using var limiter = Create(permitsPerSecond: 100, burst: 5);
        Decide(limiter, 5);

        _clock.Advance(TimeSpan.FromDays(400));

        Decide(limiter, 20).Count(d => d.IsAdmitted).Should().Be(5);
    }

    [Fact]
    public void A_rate_that_no_whole_unit_of_time_gives_is_rounded_down()
    {
        using var limiter = Create(permitsPerSecond: 700_000, burst: 1_000_000);
        limiter.Decide("a", 1_000_000);

        _clock.Advance(TimeSpan.FromSeconds(1));

        limiter.Decide("a", 0).Remaining.Should().BeInRange(699_970, 700_000);
    }

    [Fact]
    public void Decide_for_several_permits_spends_all_or_none()
    {
        using var limiter = Create(permitsPerSecond: 1, burst: 10);

        limiter.Decide("a", 7).Remaining.Should().Be(3);
        var refused = limiter.Decide("a", 5);
        var admitted = limiter.Decide("a", 3);

        refused.Should().Be(new RateLimitDecision(false, 3, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)));
        admitted.IsAdmitted.Should().BeTrue();
    }

    [Fact]
    public void Decide_for_no_permit_asks_whether_one_is_there_and_spends_none()
    {
        using var limiter = Create(permitsPerSecond: 1, burst: 1);

        limiter.Decide("a", 0).Should().Be(new RateLimitDecision(true, 1, TimeSpan.Zero, TimeSpan.Zero));
        limiter.Decide("a").IsAdmitted.Should().BeTrue();
        limiter.Decide("a", 0).IsAdmitted.Should().BeFalse();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(11)]
    public void Decide_for_permits_out_of_range_throws(int permits)
    {
        using var limiter = Create(permitsPerSecond: 1, burst: 10);

        limiter.Invoking(it => it.Decide("a", permits)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void AttemptAcquire_gives_a_lease_without_metadata_or_one_with_the_wait()
    {
        using var limiter = Create(permitsPerSecond: 1, burst: 2);

        using var admitted = limiter.AttemptAcquire("a", 2);
        using var refused = limiter.AttemptAcquire("a");

        admitted.IsAcquired.Should().BeTrue();
        admitted.MetadataNames.Should().BeEmpty();
        admitted.TryGetMetadata(MetadataName.RetryAfter, out _).Should().BeFalse();
        refused.IsAcquired.Should().BeFalse();
        refused.TryGetMetadata(MetadataName.RetryAfter, out var wait).Should().BeTrue();
        wait.Should().Be(TimeSpan.FromSeconds(1));
        refused.MetadataNames.Should().Equal("RETRY_AFTER");
    }

    [Fact]
    public async Task AcquireAsync_decides_at_once()
    {
        using var limiter = Create(permitsPerSecond: 1, burst: 1);

        (await limiter.AcquireAsync("a")).IsAcquired.Should().BeTrue();
        (await limiter.AcquireAsync("a")).IsAcquired.Should().BeFalse();
    }

    [Fact]
    public void GetStatistics_tells_the_keys_permits_and_all_totals()
    {
        using var limiter = Create(permitsPerSecond: 1, burst: 2);
        Decide(limiter, 3);
        limiter.Decide("b");

        var statistics = limiter.GetStatistics("b");

        statistics!.CurrentAvailablePermits.Should().Be(1);
        statistics.TotalSuccessfulLeases.Should().Be(3);
        statistics.TotalFailedLeases.Should().Be(1);
    }

    [Fact]
    public void Explain_says_what_is_left_and_when_more_comes()
    {
        using var limiter = Create(permitsPerSecond: 10, burst: 20);

        limiter.Explain("a").Should().Be("'a' has all 20 permits of 2 s.");
        Decide(limiter, 20);
        limiter.Explain("a").Should().Be("'a' has 0 of 20 permits of 2 s, the next in 100 ms.");
    }

    [Fact]
    public void A_flood_of_new_keys_gives_a_spent_key_no_fresh_permits()
    {
        using var limiter = Create(permitsPerSecond: 1, burst: 5, maxKeys: 64);
        Decide(limiter, 5);

        for (var i = 0; i < 20_000; i++)
        {
            limiter.Decide($"flood {i}");
        }

        limiter.Decide("a").IsAdmitted.Should().BeFalse();
    }

    [Fact]
    public void A_flood_of_new_keys_is_admitted_no_more_than_the_table_and_its_shared_buckets_hold()
    {
        using var limiter = Create(permitsPerSecond: 1, burst: 5, maxKeys: 64); // 13 sets of 8 slots and a shared bucket.

        var admitted = Enumerable.Range(0, 20_000).Count(i => limiter.Decide($"flood {i}").IsAdmitted);

        admitted.Should().BeInRange(13 * 8, 13 * (8 + 5));
        limiter.Explain("newcomer").Should().Contain("shares them");
    }

    [Fact]
    public void A_key_that_found_no_room_takes_its_debt_along_when_it_gets_a_slot()
    {
        using var limiter = Create(permitsPerSecond: 1, burst: 2, maxKeys: 1); // 8 slots and one shared bucket.
        for (var i = 0; i < 8; i++)
        {
            limiter.Decide($"early {i}", 1);
        }

        _clock.Advance(TimeSpan.FromMilliseconds(900));
        limiter.Decide("late", 2).IsAdmitted.Should().BeTrue();
        _clock.Advance(TimeSpan.FromMilliseconds(100)); // The early ones are full again: there is room.

        limiter.Decide("late").IsAdmitted.Should().BeFalse();
    }

    [Fact]
    public void After_a_flood_has_rested_new_keys_have_full_buckets_again()
    {
        using var limiter = Create(permitsPerSecond: 1, burst: 2, maxKeys: 64);
        for (var i = 0; i < 5_000; i++)
        {
            limiter.Decide($"flood {i}");
        }

        _clock.Advance(TimeSpan.FromSeconds(2));

        Decide(limiter, 2).Should().OnlyContain(d => d.IsAdmitted);
    }

    private KeyedLimiter<string> Create(double permitsPerSecond, int burst, int maxKeys = 1_000) =>
        new(
            LimitKey.Of,
            [new LimitOptions { Permits = burst, Period = TimeSpan.FromSeconds(burst / permitsPerSecond) }],
            maxKeys,
            _clock
        );

    private static List<RateLimitDecision> Decide(KeyedLimiter<string> limiter, int times) =>
        Enumerable.Range(0, times).Select(_ => limiter.Decide("a")).ToList();
}
