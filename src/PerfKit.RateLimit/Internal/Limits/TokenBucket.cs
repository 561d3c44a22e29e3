using System.Diagnostics;

namespace PerfKit.RateLimit.Internal.Limits;

/// <summary>
/// GCRA (ITU-T I.371, virtual scheduling): the time at which the bucket is full again. A permit moves it on by its share
/// of the period, rounded up; it may lie at most a burst of shares ahead.
/// </summary>
internal sealed class TokenBucket(int permits, long period, long now) : Limit(permits)
{
    private const int CreditShare = 1_024; // A credit is at most this part of the permits.

    private readonly long _interval = (period + permits - 1) / permits;
    private long _fullAt = now;

    public override int MostCredit => (int)Math.Min(Permits / CreditShare, LimitClock.UnitsPerMillisecond / _interval);

    private long Burst => _interval * Permits;

    public override long Wait(int count, long now) =>
        Math.Max(0, Math.Max(_fullAt, now) + (Math.Max(count, 1) * _interval) - Burst - now);

    public override void Spend(int count, long now) => _fullAt = Math.Max(_fullAt, now) + (count * _interval);

    public override int Available(long now)
    {
        var free = Burst - Math.Max(0, _fullAt - now);
        Debug.Assert(free <= Burst, "A bucket never holds more than its burst.");
        return (int)(Math.Max(free, 0) / _interval);
    }

    public override long? RestedSince(long now) => _fullAt <= now ? _fullAt : null;
}
