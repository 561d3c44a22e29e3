using System.Reflection;
using System.Threading.RateLimiting;

namespace PerfKit.RateLimit.Tests;

public sealed class LimiterDisplayTests
{
    [Fact]
    public void The_debugger_shows_a_limiter_also_after_its_disposal()
    {
        var limiter = RateLimiters.Create(new LimitOptions { Permits = 3, Period = TimeSpan.FromDays(1) });
        limiter.AttemptAcquire(2);
        limiter.AttemptAcquire(2);

        Display(limiter).Should().Be("1 of 3 permits, 0 waited for, 1 admitted, 1 refused");
        limiter.Dispose();
        Display(limiter).Should().Be("disposed, 1 of 3 permits, 0 waited for, 1 admitted, 1 refused");
    }

    private static object? Display(RateLimiter limiter) =>
        limiter
            .GetType()
            .GetProperty("DebuggerDisplay", BindingFlags.Instance | BindingFlags.NonPublic)!
            .GetValue(limiter);
}
