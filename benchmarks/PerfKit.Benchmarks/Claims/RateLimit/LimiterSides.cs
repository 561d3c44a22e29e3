using System.Threading.RateLimiting;
using PerfKit.RateLimit;

namespace PerfKit.Benchmarks.Claims.RateLimit;

/// <summary>
/// A limiter of ours and the framework's token bucket, both behind <see cref="RateLimiter"/> as a user calls them: a lease
/// is taken and disposed. Each side has its own loop, so that the compiler sees one kind of limiter in it and may inline it.
/// </summary>
internal static class LimiterSides
{
    private const int Plenty = 1_000_000_000; // Granted for ever: nobody spends so many in the second they come back in.

    public static LimitOptions PlentyOptions { get; } = new() { Permits = Plenty, Period = TimeSpan.FromSeconds(1) };

    public static RateLimiter Theirs() => Framework(Plenty, TimeSpan.FromSeconds(1));

    public static RateLimiter TheirsEmpty()
    {
        var limiter = Framework(1, TimeSpan.FromHours(1));
        limiter.AttemptAcquire().Dispose();
        return limiter;
    }

    public static RateLimiter Empty(LimitAlgorithm algorithm = LimitAlgorithm.TokenBucket)
    {
        var limiter = RateLimiters.Create(
            new LimitOptions
            {
                Algorithm = algorithm,
                Permits = 2,
                Period = TimeSpan.FromHours(1),
            }
        );
        _ = limiter.AttemptAcquire(2); // Held on to: a limiter of held permits stays empty, too.
        return limiter;
    }

    public static Action<int> Spend(RateLimiter limiter) =>
        operations =>
        {
            for (var i = 0; i < operations; i++)
            {
                limiter.AttemptAcquire().Dispose();
            }
        };

    public static Action<int> SpendTheirs(RateLimiter limiter) =>
        operations =>
        {
            for (var i = 0; i < operations; i++)
            {
                limiter.AttemptAcquire().Dispose();
            }
        };

    /// <summary>Both threads at once, half of the operations each.</summary>
    public static Func<int, Task> OnTwoThreads(Action<int> run) =>
        async operations =>
        {
            var other = Task.Factory.StartNew(
                () => run(operations - (operations / 2)),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            );
            run(operations / 2);
            await other;
        };

    private static TokenBucketRateLimiter Framework(int permits, TimeSpan period) =>
        new(
            new TokenBucketRateLimiterOptions
            {
                TokenLimit = permits,
                TokensPerPeriod = permits,
                ReplenishmentPeriod = period,
            }
        );
}
