using System.Threading.RateLimiting;
using PerfKit.RateLimit.Internal;

namespace PerfKit.RateLimit.Tests;

/// <summary>
/// Limiters on a clock that is set by hand and yet counts as the machine's: so they set permits aside and trust a coarse
/// clock, which here lags behind as much as real ones do.
/// </summary>
internal static class MachineClock
{
    private const long CoarseStepMilliseconds = 16;

    public static Limiter Limiter(TimeProvider clock, params LimitOptions[] limits)
    {
        var machine = new LimitClock(
            clock,
            () =>
                clock.GetTimestamp()
                / (clock.TimestampFrequency / 1_000)
                / CoarseStepMilliseconds
                * CoarseStepMilliseconds
                * 1_000_000
        );
        return new Limiter(limits, isFair: false, machine);
    }

    /// <summary>As documented: 64 permits in each of eight places, a 1,024th of them, or what a millisecond brings; below four none.</summary>
    public static int SetAside(LimitOptions[] limits)
    {
        var least = limits.Min(static it =>
            it.Algorithm != LimitAlgorithm.TokenBucket
                ? 0
                : Math.Min(
                    512,
                    Math.Min(
                        it.Permits / 1_024,
                        16_000_000 / (((it.Period.Ticks * 1_600) + it.Permits - 1) / it.Permits)
                    )
                )
        );
        return least < 4 ? 0 : (int)least;
    }
}
