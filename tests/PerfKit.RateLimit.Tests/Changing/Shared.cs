using PerfKit.RateLimit.Internal;

namespace PerfKit.RateLimit.Tests.Changing;

/// <summary>Limiters that all keys share, and options in few words.</summary>
internal static class Shared
{
    public static Limiter Limiter(TimeProvider clock, params LimitOptions[] limits) =>
        RateLimiters.Create(clock, isFair: true, limits);

    public static LimitOptions Options(LimitAlgorithm algorithm, int permits, double seconds = 10, int queue = 0) =>
        new()
        {
            Algorithm = algorithm,
            Permits = permits,
            Period = TimeSpan.FromSeconds(seconds),
            QueueLimit = queue,
        };

    public static int Remaining(Limiter limiter) => limiter.Look(0).Remaining;

    public static RateLimitDecision Decide(Limiter limiter, int permits) => limiter.Decide(permits, out _, out _);
}
