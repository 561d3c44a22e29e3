using Microsoft.Extensions.Time.Testing;

namespace PerfKit.RateLimit.Tests;

/// <summary>What a change of the limits keeps.</summary>
public sealed class KeyedLimitChangeTests
{
    private const LimitAlgorithm Bucket = LimitAlgorithm.TokenBucket;
    private const LimitAlgorithm Window = LimitAlgorithm.FixedWindow;
    private const LimitAlgorithm Held = LimitAlgorithm.Concurrency;

    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData(Bucket, 100, Bucket, 200, 170)]
    [InlineData(Bucket, 100, Bucket, 40, 10)]
    [InlineData(Bucket, 100, Bucket, 20, 0)]
    [InlineData(Window, 100, Window, 200, 170)]
    [InlineData(Window, 100, Window, 40, 10)]
    [InlineData(Window, 100, Window, 20, 0)]
    [InlineData(Bucket, 100, Window, 50, 20)]
    [InlineData(Window, 100, Bucket, 50, 20)]
    [InlineData(Held, 100, Held, 50, 20)]
    [InlineData(Held, 100, Held, 20, 0)]
    public void A_spent_permit_stays_spent(LimitAlgorithm before, int had, LimitAlgorithm after, int has, int left)
    {
        using var limiter = Create(Limit(before, had, 10));
        Spend(limiter, "a", 30).IsAdmitted.Should().BeTrue();

        limiter.Change([Limit(after, has, after == before ? 10 : 20)]);

        Available(limiter, "a").Should().Be(left);
        Available(limiter, "b").Should().Be(has);
    }

    [Fact]
    public void A_bucket_misses_no_more_than_it_has_however_much_was_spent_before()
    {
        using var limiter = Create(Limit(Bucket, 1_000_000, 3_600));
        Spend(limiter, "a", 1_000_000);

        limiter.Change([Limit(Bucket, 10, 1)]);

        Spend(limiter, "a", 10).RetryAfter.Should().Be(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void What_was_spent_beyond_a_smaller_limit_counts_again_when_the_limit_is_raised()
    {
        using var limiter = Create(Limit(Bucket, 200, 10));
        Spend(limiter, "a", 170);

        limiter.Change([Limit(Bucket, 100, 10)]);
        limiter.Change([Limit(Bucket, 50, 10)]);
        Available(limiter, "a").Should().Be(0);
        limiter.Change([Limit(Bucket, 200, 10)]);

        Available(limiter, "a").Should().Be(30);
    }

    [Fact]
    public void What_was_spent_beyond_a_smaller_limit_is_forgotten_when_it_would_have_come_back()
    {
        using var limiter = Create(Limit(Bucket, 200, 10));
        Spend(limiter, "a", 200);
        limiter.Change([Limit(Bucket, 100, 100)]);
        _clock.Advance(TimeSpan.FromSeconds(10));

        limiter.Change([Limit(Bucket, 200, 10)]);

        Available(limiter, "a").Should().Be(200 - 90);
    }

    [Fact]
    public void What_was_spent_beyond_a_smaller_limit_does_not_count_for_who_has_the_place_now()
    {
        using var limiter = new KeyedLimiter<string>(LimitKey.Of, [Limit(Bucket, 200, 10)], 1, _clock); // 8 places.
        for (var key = 0; key < 8; key++)
        {
            Spend(limiter, $"early {key}", 200);
        }

        limiter.Change([Limit(Bucket, 100, 1)]);
        _clock.Advance(TimeSpan.FromSeconds(1));
        for (var key = 0; key < 8; key++)
        {
            Spend(limiter, $"late {key}", 50);
        }

        limiter.Change([Limit(Bucket, 200, 10)]);

        Enumerable.Range(0, 8).Should().OnlyContain(key => Available(limiter, $"late {key}") == 150);
    }

    [Fact]
    public void A_part_of_a_permit_that_came_back_stays()
    {
        using var limiter = Create(Limit(Bucket, 10, 10));
        Spend(limiter, "a", 10);
        _clock.Advance(TimeSpan.FromSeconds(3.5));

        limiter.Change([Limit(Bucket, 100, 10)]);

        var decision = limiter.Look(LimitKey.Of("a"), 94);
        decision.Remaining.Should().Be(93, "6.5 of them are missing");
        decision.RetryAfter.Should().Be(TimeSpan.FromSeconds(0.05));
    }

    [Fact]
    public void A_window_that_is_as_long_as_before_keeps_its_edges()
    {
        using var limiter = Create(Limit(Window, 10, 10));
        _clock.Advance(TimeSpan.FromSeconds(13));
        Spend(limiter, "a", 10);

        limiter.Change([Limit(Window, 12, 10)]);

        Spend(limiter, "a", 3).RetryAfter.Should().Be(TimeSpan.FromSeconds(7));
        _clock.Advance(TimeSpan.FromSeconds(7));
        Available(limiter, "a").Should().Be(12);
    }

    [Fact]
    public void A_window_of_another_length_begins_with_the_change_and_with_what_was_spent()
    {
        using var limiter = Create(Limit(Window, 10, 10));
        _clock.Advance(TimeSpan.FromSeconds(13));
        Spend(limiter, "a", 4);

        limiter.Change([Limit(Window, 10, 30)]);

        Spend(limiter, "a", 7)
            .Should()
            .Be(new RateLimitDecision(false, 6, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void More_are_held_than_a_smaller_limit_has_until_enough_were_returned()
    {
        using var limiter = Create(Limit(Held, 3, 1));
        var leases = Enumerable.Range(0, 3).Select(_ => limiter.AttemptAcquire("a")).ToArray();

        limiter.Change([Limit(Held, 1, 1)]);

        leases[0].Dispose();
        leases[1].Dispose();
        limiter.AttemptAcquire("a").IsAcquired.Should().BeFalse("one is still held");
        leases[2].Dispose();
        leases[2].Dispose();
        Available(limiter, "a").Should().Be(1);
        using var lease = limiter.AttemptAcquire("a");
        lease.IsAcquired.Should().BeTrue();
    }

    [Fact]
    public void A_lease_is_returned_where_it_was_held_after_any_number_of_changes()
    {
        using var limiter = Create(Limit(Held, 2, 1), Limit(Bucket, 100, 100));
        var leases = Enumerable.Range(0, 500).Select(key => limiter.AttemptAcquire($"{key}", 2)).ToArray();

        for (var permits = 3; permits < 20; permits++)
        {
            limiter.Change([Limit(Held, permits, 1), Limit(Bucket, 100, 100 + permits)]);
        }

        leases.Should().OnlyContain(it => it.IsAcquired);
        Enumerable.Range(0, 500).Should().OnlyContain(key => Available(limiter, $"{key}") == 17);
        Array.ForEach(leases, it => it.Dispose());
        Enumerable.Range(0, 500).Should().OnlyContain(key => Available(limiter, $"{key}") == 19);
    }

    [Fact]
    public void Known_keys_stay_known_and_those_that_share_stay_in_debt()
    {
        using var limiter = new KeyedLimiter<string>(LimitKey.Of, [Limit(Bucket, 5, 10)], 1, _clock); // 8 places.
        for (var key = 0; key < 8; key++)
        {
            Spend(limiter, $"early {key}", 2);
        }

        Spend(limiter, "late", 4);
        limiter.Change([Limit(Bucket, 10, 10)]);

        Enumerable.Range(0, 8).Should().OnlyContain(key => Available(limiter, $"early {key}") == 8);
        Available(limiter, "latest").Should().Be(6);
        limiter.Explain("late").Should().Contain("shares them");
    }

    [Fact]
    public void Everything_tells_of_the_new_limits()
    {
        using var limiter = Create(Limit(Bucket, 5, 10), Limit(Window, 8, 10));

        limiter.Change([Limit(Window, 7, 60), Limit(Bucket, 6, 60)]);

        limiter.Permits.Should().Be(6);
        limiter.Limits.Select(it => (it.Algorithm, it.Permits)).Should().Equal((Window, 7), (Bucket, 6));
        limiter.Explain("a").Should().Be("'a' has all 7 permits of 60 s; and all 6 permits of 60 s.");
        limiter.GetStatistics("a")!.CurrentAvailablePermits.Should().Be(6);
        limiter.Invoking(it => it.Decide("a", 7)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void The_same_limits_again_change_nothing()
    {
        using var limiter = Create(Limit(Bucket, 5, 10));
        limiter.Spend(LimitKey.Of("a"), 2, out var spending);

        limiter.Change([Limit(Bucket, 5, 10)]);

        limiter.GiveBack(LimitKey.Of("a"), 2, spending);
        Available(limiter, "a").Should().Be(5);
    }

    [Fact]
    public void Limits_that_cannot_take_the_place_are_refused_with_a_sentence()
    {
        using var limiter = Create(Limit(Bucket, 5, 10));

        Fault(limiter).Should().StartWith("0 limits were given, but there must be 1 to 16.");
        Fault(limiter, Limit(Bucket, 5, 10), Limit(Bucket, 5, 10))
            .Should()
            .StartWith("2 limits cannot take the place of 1: make another limiter.");
        Fault(limiter, Limit(Held, 5, 10))
            .Should()
            .StartWith("Limit 0 of Concurrency cannot take the place of TokenBucket: make another limiter.");
        Fault(limiter, Limit(Bucket, 0, 10)).Should().StartWith("Permits is 0 but must be");
        limiter.Permits.Should().Be(5);
    }

    private static string Fault(KeyedLimiter<string> limiter, params LimitOptions[] limits) =>
        limiter.Invoking(it => it.Change(limits)).Should().Throw<ArgumentException>().Which.Message;

    private static RateLimitDecision Spend(KeyedLimiter<string> limiter, string key, int permits) =>
        limiter.Acquire(key, permits, out _);

    private static int Available(KeyedLimiter<string> limiter, string key) =>
        (int)limiter.GetStatistics(key)!.CurrentAvailablePermits;

    private static LimitOptions Limit(LimitAlgorithm algorithm, int permits, int seconds) =>
        new()
        {
            Algorithm = algorithm,
            Permits = permits,
            Period = TimeSpan.FromSeconds(seconds),
        };

    private KeyedLimiter<string> Create(params LimitOptions[] limits) => new(LimitKey.Of, limits, 1_000, _clock);
}
