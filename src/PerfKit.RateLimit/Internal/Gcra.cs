using System.Diagnostics;

namespace PerfKit.RateLimit.Internal;

/// <summary>
/// The generic cell rate algorithm (ITU-T I.371) on one word: the time at which the key's bucket is full again. A permit
/// moves it on by one emission interval; it may lie at most a burst of intervals ahead. All times are nanoseconds since
/// the limiter was made. The interval is rounded up, so the rate is never exceeded.
/// </summary>
internal readonly struct Gcra(double permitsPerSecond, int burst)
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly long _interval = (long)Math.Ceiling(NanosecondsPerSecond / permitsPerSecond);

    public int Burst => burst;

    /// <summary>The time a whole burst takes to come back.</summary>
    public long BurstNanoseconds => _interval * burst;

    /// <summary>Whether the permits may be spent now, the word after that, and what to tell the caller.</summary>
    public RateLimitDecision Decide(long fullAt, int permits, long now, out long newFullAt)
    {
        Debug.Assert(permits >= 0 && permits <= burst, "Checked at the public edge.");
        var start = Math.Max(fullAt, now);
        var wait = start + (Math.Max(permits, 1) * _interval) - BurstNanoseconds - now; // 0 asks whether 1 is there.
        if (wait > 0)
        {
            newFullAt = fullAt;
            return Describe(false, start - now, wait);
        }

        newFullAt = permits == 0 ? fullAt : start + (permits * _interval);
        return Describe(true, start - now + (permits * _interval), 0);
    }

    private RateLimitDecision Describe(bool isAdmitted, long debt, long wait)
    {
        var free = BurstNanoseconds - debt; // Negative for a caller whose clock reading is older than the winner's.
        var remaining = Math.Max(free, 0) / _interval;
        var next = debt == 0 ? 0 : (remaining + 1) * _interval - free;
        return new RateLimitDecision(isAdmitted, (int)remaining, RoundUp(wait), RoundUp(next));
    }

    private static TimeSpan RoundUp(long nanoseconds) =>
        TimeSpan.FromTicks((nanoseconds + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick);
}
