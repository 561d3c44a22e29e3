using Microsoft.Extensions.Time.Testing;

namespace PerfKit.RateLimit.Tests;

/// <summary>What policies do with a limiter: look first, spend uncounted, give back what turned out useless.</summary>
public sealed class KeyedGiveBackTests
{
    private const LimitAlgorithm Bucket = LimitAlgorithm.TokenBucket;
    private const LimitAlgorithm Window = LimitAlgorithm.FixedWindow;
    private const LimitAlgorithm Held = LimitAlgorithm.Concurrency;

    private static readonly LimitKey Key = LimitKey.Of("a");

    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData(Bucket)]
    [InlineData(Window)]
    [InlineData(Held)]
    public void Permits_given_back_at_once_are_there_again(LimitAlgorithm algorithm)
    {
        using var limiter = Create(algorithm, permits: 10);
        limiter.Spend(Key, 4, out _);
        limiter.Spend(Key, 3, out var useless);
        limiter.Spend(Key, 2, out _);

        limiter.GiveBack(Key, 3, useless);

        limiter.Look(Key, 0).Remaining.Should().Be(4);
    }

    [Fact]
    public void Permits_that_have_come_back_by_themselves_are_not_given_back_again()
    {
        using var limiter = Create(Bucket, permits: 10);
        limiter.Spend(Key, 2, out var useless);
        _clock.Advance(TimeSpan.FromSeconds(2));
        limiter.Spend(Key, 5, out _);

        limiter.GiveBack(Key, 2, useless);

        limiter.Look(Key, 0).Remaining.Should().Be(5);
    }

    [Fact]
    public void Permits_of_a_bucket_are_given_back_as_far_as_they_have_certainly_not_come_back()
    {
        using var limiter = Create(Bucket, permits: 10);
        limiter.Spend(Key, 6, out _);
        limiter.Spend(Key, 2, out var useless);
        _clock.Advance(TimeSpan.FromSeconds(0.5));

        limiter.GiveBack(Key, 2, useless);

        limiter.Look(Key, 5).RetryAfter.Should().Be(TimeSpan.FromSeconds(1), "4 and twice a half are there");
    }

    [Fact]
    public void Permits_that_came_back_because_others_were_given_back_are_not_given_back_again()
    {
        using var limiter = Create(Bucket, permits: 20);
        limiter.Spend(Key, 10, out var early);
        limiter.Spend(Key, 1, out var late);
        limiter.GiveBack(Key, 10, early);
        _clock.Advance(TimeSpan.FromSeconds(2)); // Full again.
        limiter.Spend(Key, 3, out _);

        limiter.GiveBack(Key, 1, late);

        limiter.Look(Key, 0).Remaining.Should().Be(17);
    }

    [Fact]
    public void Permits_of_a_window_that_is_over_are_not_given_back()
    {
        using var limiter = Create(Window, permits: 10);
        limiter.Spend(Key, 2, out var useless);
        _clock.Advance(TimeSpan.FromSeconds(10));
        limiter.Spend(Key, 5, out _);

        limiter.GiveBack(Key, 2, useless);

        limiter.Look(Key, 0).Remaining.Should().Be(5);
    }

    [Theory]
    [InlineData(Bucket, 4)]
    [InlineData(Window, 4)]
    [InlineData(Held, 8)]
    public void After_a_change_spent_permits_stay_spent_and_held_ones_are_returned(LimitAlgorithm algorithm, int left)
    {
        using var limiter = Create(algorithm, permits: 8);
        limiter.Spend(Key, 4, out var useless);
        limiter.Change([Limit(algorithm, 10)]);
        limiter.Spend(Key, 2, out _);

        limiter.GiveBack(Key, 4, useless);

        limiter.Look(Key, 0).Remaining.Should().Be(left);
    }

    [Fact]
    public void A_place_that_another_key_has_now_gives_nothing_back()
    {
        var clock = new SteppedClock();
        using var limiter = new KeyedLimiter<string>(LimitKey.Of, [Limit(Bucket, 10)], 1, clock); // 8 places.
        limiter.Spend(Key, 1, out var useless);
        clock.Ticks = TimeSpan.TicksPerSecond;
        var others = Enumerable.Range(0, 8).Select(other => LimitKey.Of(other)).ToList();
        others.ForEach(other => limiter.Spend(other, 5, out _));

        clock.Ticks = 0; // As if the permit had not come back yet.
        limiter.GiveBack(Key, 1, useless);

        clock.Ticks = TimeSpan.TicksPerSecond;
        others.Should().OnlyContain(other => limiter.Look(other, 0).Remaining == 5);
    }

    [Fact]
    public void Of_several_limits_all_are_given_back()
    {
        using var limiter = new KeyedLimiter<string>(
            LimitKey.Of,
            [Limit(Window, 10), Limit(Held, 10), Limit(Bucket, 10)],
            1_000,
            _clock
        );
        limiter.Spend(Key, 3, out var useless);

        limiter.GiveBack(Key, 3, useless);

        limiter
            .Describe(Key, out _)
            .Should()
            .Be("all 10 permits of 10 s; and all 10 permits to hold; and all 10 permits of 10 s");
    }

    [Fact]
    public void A_hold_is_the_lease_of_its_spending()
    {
        using var limiter = Create(Held, permits: 3);
        limiter.Spend(Key, 2, out var spending).Remaining.Should().Be(1);

        var lease = limiter.Hold(2, spending);

        limiter.Look(Key, 2).IsAdmitted.Should().BeFalse();
        lease.Dispose();
        lease.Dispose();
        limiter.Look(Key, 3).IsAdmitted.Should().BeTrue();
    }

    [Theory]
    [InlineData(Bucket, 0)]
    [InlineData(Window, 3)]
    [InlineData(Held, 7)]
    public void Look_says_what_Spend_would_and_changes_nothing(LimitAlgorithm algorithm, int spent)
    {
        using var limiter = Create(algorithm, permits: 10);
        limiter.Spend(Key, spent, out _);
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        var before = limiter.Describe(Key, out _);
        for (var permits = 0; permits <= 11; permits++)
        {
            limiter.Look(Key, permits).IsAdmitted.Should().Be(permits <= 10 - spent);
            limiter.Describe(Key, out _).Should().Be(before);
        }

        var look = limiter.Look(Key, 2);
        limiter.Spend(Key, 2, out _).Should().Be(look);
        look = limiter.Look(Key, 9);
        limiter.Spend(Key, 9, out _).Should().Be(look);
    }

    [Fact]
    public void Look_claims_no_place()
    {
        using var limiter = new KeyedLimiter<string>(LimitKey.Of, [Limit(Bucket, 5)], 1, _clock); // 8 places.
        for (var key = 0; key < 1_000; key++)
        {
            limiter.Look(LimitKey.Of(key), 1).IsAdmitted.Should().BeTrue();
        }

        Enumerable.Range(0, 8).Should().OnlyContain(key => limiter.Decide($"{key}", 5).IsAdmitted);
    }

    [Fact]
    public void More_than_a_key_ever_has_is_refused_without_an_end()
    {
        using var limiter = Create(Bucket, permits: 5);
        var never = new RateLimitDecision(false, 5, Timeout.InfiniteTimeSpan, TimeSpan.Zero);

        limiter.Spend(Key, 6, out _).Should().Be(never);
        limiter.Look(Key, int.MaxValue).Should().Be(never);
    }

    [Fact]
    public void Nothing_that_policies_do_is_counted()
    {
        using var limiter = Create(Bucket, permits: 5);

        limiter.Spend(Key, 5, out var spending);
        limiter.Spend(Key, 5, out _);
        limiter.Look(Key, 1);
        limiter.GiveBack(Key, 5, spending);

        (limiter.Admitted + limiter.Refused).Should().Be(0);
    }

    [Fact]
    public void Describe_tells_the_limits_without_the_resource()
    {
        using var limiter = Create(Bucket, permits: 20);
        limiter.Spend(Key, 20, out _);

        limiter.Describe(Key, out var isShared).Should().Be("0 of 20 permits of 10 s, the next in 500 ms");
        isShared.Should().BeFalse();
    }

    private static LimitOptions Limit(LimitAlgorithm algorithm, int permits) =>
        new()
        {
            Algorithm = algorithm,
            Permits = permits,
            Period = TimeSpan.FromSeconds(10),
        };

    private KeyedLimiter<string> Create(LimitAlgorithm algorithm, int permits) =>
        new(LimitKey.Of, [Limit(algorithm, permits)], 1_000, _clock);
}
