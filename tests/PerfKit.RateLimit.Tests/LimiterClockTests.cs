using PerfKit.RateLimit.Tests.Model;

namespace PerfKit.RateLimit.Tests;

/// <summary>Clocks that go back, and far away.</summary>
public sealed class LimiterClockTests
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private readonly HandTimers _clock = new();

    [Theory]
    [InlineData(LimitAlgorithm.TokenBucket)]
    [InlineData(LimitAlgorithm.SlidingWindow)]
    [InlineData(LimitAlgorithm.SlidingLog)]
    [InlineData(LimitAlgorithm.FixedWindow)]
    public void Permits_that_came_back_are_not_there_at_an_earlier_reading(LimitAlgorithm algorithm)
    {
        using var limiter = RateLimiters.Create(_clock, Options(algorithm));
        limiter.AttemptAcquire(3).IsAcquired.Should().BeTrue();
        _clock.Now = 3 * Period;
        limiter.GetStatistics()!.CurrentAvailablePermits.Should().Be(3);

        _clock.Now = Period / 2;

        limiter.AttemptAcquire().IsAcquired.Should().BeFalse();
        _clock.Now = 3 * Period;
        limiter.AttemptAcquire(3).IsAcquired.Should().BeTrue();
    }

    [Theory]
    [InlineData(LimitAlgorithm.TokenBucket)]
    [InlineData(LimitAlgorithm.SlidingWindow)]
    [InlineData(LimitAlgorithm.SlidingLog)]
    [InlineData(LimitAlgorithm.FixedWindow)]
    public void Beyond_what_the_clock_counts_time_stands_still(LimitAlgorithm algorithm)
    {
        using var limiter = RateLimiters.Create(_clock, Options(algorithm));
        for (var years = 0; years <= 300; years += 100)
        {
            _clock.Now = TimeSpan.FromDays(365 * years);
            limiter.AttemptAcquire(3).IsAcquired.Should().Be(years <= 100, "{0} years passed", years);
        }
    }

    [Fact]
    public void Held_permits_do_not_care_for_the_clock()
    {
        using var limiter = RateLimiters.Create(_clock, Options(LimitAlgorithm.Concurrency));
        limiter.AttemptAcquire(3).Dispose();

        _clock.Now = -Period;

        limiter.AttemptAcquire(3).IsAcquired.Should().BeTrue();
    }

    private static LimitOptions Options(LimitAlgorithm algorithm) =>
        new()
        {
            Algorithm = algorithm,
            Permits = 3,
            Period = Period,
        };
}
