using System.Threading.RateLimiting;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.RateLimit.Tests;

/// <summary>What each algorithm and several limits together promise for a key.</summary>
public sealed class KeyedLimitsTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Several_limits_admit_what_all_admit_and_a_refusal_spends_nothing_anywhere()
    {
        using var limiter = Create(
            new()
            {
                Permits = 5,
                Period = TimeSpan.FromMinutes(1),
                Algorithm = LimitAlgorithm.FixedWindow,
            },
            new()
            {
                Permits = 8,
                Period = TimeSpan.FromDays(1),
                Algorithm = LimitAlgorithm.FixedWindow,
            }
        );

        Admitted(limiter, 100).Should().Be(5);
        _clock.Advance(TimeSpan.FromMinutes(1));
        limiter
            .Explain("a")
            .Should()
            .Be("'a' has all 5 permits of 60 s; and 3 of 8 permits of 24 h, the next in 23.983 h.");
        limiter.Decide("a", 4).RetryAfter.Should().Be(TimeSpan.FromDays(1) - TimeSpan.FromMinutes(1));
        Admitted(limiter, 100).Should().Be(3);
        limiter.GetStatistics("b")!.CurrentAvailablePermits.Should().Be(5);
    }

    [Fact]
    public void A_fixed_window_begins_anew_for_all_keys_at_its_edge()
    {
        using var limiter = Create(
            new LimitOptions
            {
                Permits = 3,
                Period = TimeSpan.FromSeconds(10),
                Algorithm = LimitAlgorithm.FixedWindow,
            }
        );
        _clock.Advance(TimeSpan.FromSeconds(9));

        Admitted(limiter, 5).Should().Be(3);
        limiter
            .Decide("a")
            .Should()
            .Be(new RateLimitDecision(false, 0, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Admitted(limiter, 5).Should().Be(3);
    }

    [Theory]
    [InlineData(LimitAlgorithm.TokenBucket)]
    [InlineData(LimitAlgorithm.FixedWindow)]
    [InlineData(LimitAlgorithm.Concurrency)]
    public void The_largest_number_of_permits_in_the_longest_period_is_counted_exactly(LimitAlgorithm algorithm)
    {
        using var limiter = Create(
            new LimitOptions
            {
                Permits = int.MaxValue,
                Period = TimeSpan.FromDays(366),
                Algorithm = algorithm,
            }
        );
        _clock.Advance(TimeSpan.FromDays(3_660));

        limiter.Acquire("a", int.MaxValue - 1, out _).Remaining.Should().Be(1);
        limiter.Acquire("a", 2, out _).IsAdmitted.Should().BeFalse();
        limiter.Acquire("a", 1, out _).IsAdmitted.Should().BeTrue();
        limiter.Acquire("a", 0, out _).IsAdmitted.Should().BeFalse();
    }

    [Fact]
    public void Held_permits_come_back_once_when_their_lease_is_disposed()
    {
        using var limiter = Create(new LimitOptions { Permits = 2, Algorithm = LimitAlgorithm.Concurrency });
        var first = limiter.AttemptAcquire("a");
        using var second = limiter.AttemptAcquire("a");

        using var refused = limiter.AttemptAcquire("a");
        refused.IsAcquired.Should().BeFalse();
        refused.MetadataNames.Should().BeEmpty("a return is not foreseen");
        limiter.AttemptAcquire("b").IsAcquired.Should().BeTrue();
        first.Dispose();
        first.Dispose();
        limiter.GetStatistics("a")!.CurrentAvailablePermits.Should().Be(1);
    }

    [Fact]
    public void Of_several_limits_held_permits_come_back_and_spent_ones_do_not()
    {
        using var limiter = Create(
            new() { Permits = 3, Period = TimeSpan.FromHours(1) },
            new() { Permits = 1, Algorithm = LimitAlgorithm.Concurrency }
        );

        for (var i = 0; i < 3; i++)
        {
            using var lease = limiter.AttemptAcquire("a");
            lease.IsAcquired.Should().BeTrue();
            limiter.AttemptAcquire("a").IsAcquired.Should().BeFalse("one is held");
        }

        limiter.AttemptAcquire("a").IsAcquired.Should().BeFalse("three are spent");
    }

    [Fact]
    public void Held_permits_survive_a_flood_and_are_given_back_after_it()
    {
        using var limiter = Create(new LimitOptions { Permits = 1, Algorithm = LimitAlgorithm.Concurrency });
        var held = limiter.AttemptAcquire("a");
        var others = Enumerable.Range(0, 20_000).Select(i => limiter.AttemptAcquire($"flood {i}")).ToList();

        limiter.AttemptAcquire("a").IsAcquired.Should().BeFalse();
        held.Dispose();
        others.ForEach(it => it.Dispose());

        Enumerable
            .Range(0, 5_000)
            .Should()
            .OnlyContain(i => limiter.GetStatistics($"flood {i}")!.CurrentAvailablePermits == 1);
    }

    [Fact]
    public void Decide_of_held_permits_throws_because_no_lease_would_give_them_back()
    {
        using var limiter = Create(new LimitOptions { Algorithm = LimitAlgorithm.Concurrency });

        limiter
            .Invoking(it => it.Decide("a"))
            .Should()
            .Throw<InvalidOperationException>()
            .WithMessage("*AttemptAcquire.");
    }

    [Fact]
    public async Task A_disposed_limiter_throws_and_takes_its_leases_back()
    {
        var limiter = Create(new LimitOptions { Permits = 1, Algorithm = LimitAlgorithm.Concurrency });
        var lease = limiter.AttemptAcquire("a");
        await limiter.DisposeAsync();
        limiter.Dispose();

        limiter.Invoking(it => it.AttemptAcquire("a")).Should().Throw<ObjectDisposedException>();
        limiter.Invoking(it => it.GetStatistics("a")).Should().Throw<ObjectDisposedException>();
        limiter.Invoking(it => it.Explain("a")).Should().Throw<ObjectDisposedException>();
        var wait = async () => await limiter.AcquireAsync("a");
        await wait.Should().ThrowAsync<ObjectDisposedException>();
        lease.Invoking(it => it.Dispose()).Should().NotThrow();
    }

    [Fact]
    public async Task AcquireAsync_with_a_cancelled_token_spends_nothing()
    {
        using var limiter = Create(new LimitOptions { Permits = 1 });
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        var acquire = async () => await limiter.AcquireAsync("a", 1, cancelled.Token);

        await acquire.Should().ThrowAsync<TaskCanceledException>();
        limiter.Decide("a").IsAdmitted.Should().BeTrue();
    }

    [Fact]
    public void The_wait_of_a_refused_lease_is_less_than_a_hundredth_late_and_never_early()
    {
        var random = new Random(1);
        for (var i = 0; i < 2_000; i++)
        {
            using var limiter = Create(
                new LimitOptions
                {
                    Permits = 1,
                    Period = TimeSpan.FromTicks((long)Math.Pow(10, 4 + (random.NextDouble() * 10))),
                }
            );
            limiter.Decide("a");
            var exact = limiter.Decide("a").RetryAfter;

            limiter.AttemptAcquire("a").TryGetMetadata(MetadataName.RetryAfter, out var wait);

            wait.Should().BeGreaterThanOrEqualTo(exact).And.BeLessThan(exact * 1.01);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(999)]
    [InlineData(1_000)]
    [InlineData(60_000)]
    public void A_round_wait_is_told_exactly(int milliseconds)
    {
        using var limiter = Create(new LimitOptions { Permits = 1, Period = TimeSpan.FromMilliseconds(milliseconds) });
        limiter.Decide("a");

        limiter.AttemptAcquire("a").TryGetMetadata(MetadataName.RetryAfter, out var wait);

        wait.Should().Be(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Theory]
    [InlineData(LimitAlgorithm.SlidingWindow)]
    [InlineData(LimitAlgorithm.SlidingLog)]
    public void An_algorithm_that_needs_more_than_a_word_is_refused_with_those_that_do_not(LimitAlgorithm algorithm)
    {
        var create = () => Create(new LimitOptions { Algorithm = algorithm });

        create
            .Should()
            .Throw<ArgumentException>()
            .WithMessage(
                $"Algorithm is {algorithm}, which needs more than a word for each key; use TokenBucket, FixedWindow or Concurrency.*"
            );
    }

    [Fact]
    public void Limits_out_of_range_are_refused_with_a_sentence()
    {
        Fault([]).Should().StartWith("0 limits were given, but there must be 1 to 16.");
        Fault([null!]).Should().StartWith("Limit 0 is null.");
        Fault([new() { Permits = 0 }]).Should().StartWith("Permits is 0 but must be between");
        Fault([new() { QueueLimit = 1 }]).Should().StartWith("QueueLimit is 1 but must be 0");
        Fault([
                new()
                {
                    Permits = int.MaxValue,
                    Period = TimeSpan.FromMilliseconds(1),
                    Algorithm = LimitAlgorithm.FixedWindow,
                },
            ])
            .Should()
            .StartWith("Period is 00:00:00.0010000 but must be longer than 00:00:00.1342177 for a FixedWindow");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16_777_217)]
    public void A_number_of_keys_out_of_range_is_refused_with_a_sentence(int maxKeys)
    {
        var create = () => new KeyedLimiter<string>(LimitKey.Of, [new LimitOptions()], maxKeys);

        create
            .Should()
            .Throw<ArgumentException>()
            .WithMessage($"MaxKeys is {maxKeys} but must be between 1 and 16777216.*");
    }

    private static string Fault(LimitOptions[] limits)
    {
        var create = () => new KeyedLimiter<string>(LimitKey.Of, limits);
        return create.Should().Throw<ArgumentException>().Which.Message;
    }

    private KeyedLimiter<string> Create(params LimitOptions[] limits) => new(LimitKey.Of, limits, 1_000, _clock);

    private static int Admitted(KeyedLimiter<string> limiter, int times) =>
        Enumerable.Range(0, times).Count(_ => limiter.Decide("a").IsAdmitted);
}
