namespace PerfKit.RateLimit.Internal.Limits;

/// <summary>
/// GCRA (ITU-T I.371, virtual scheduling): the time at which the bucket is full again. A permit moves it on by its share
/// of the period, rounded up; it may lie at most a burst of shares ahead.
/// </summary>
internal sealed class TokenBucket(int permits, long period, long now) : Limit(permits, period, now)
{
    private const int CreditShare = 1_024; // A credit is at most this part of the permits.

    private readonly long _interval = (period + permits - 1) / permits;
    private long _fullAt = now;

    public override int MostCredit => (int)Math.Min(Permits / CreditShare, LimitClock.UnitsPerMillisecond / _interval);

    private long Burst => _interval * Permits;

    public override long Wait(int count, long now) =>
        Math.Max(0, Math.Max(_fullAt, now) + (Math.Max(count, 1) * _interval) - Burst - now);

    public override void Spend(long count, long now) => _fullAt = Math.Max(_fullAt, now) + (count * _interval);

    public override long Spent(long now) => (Debt(now) + _interval - 1) / _interval;

    public override long? RestedSince(long now) => _fullAt <= now ? _fullAt : null;

    /// <summary>
    /// Without that spending the bucket might have been full ever since, and then it lacked what came back in that time.
    /// </summary>
    protected override void Undo(int count, long spentAt, long now) =>
        _fullAt -= Math.Max(0, (count * _interval) - (now - spentAt));

    protected override bool KeepsTimes(Limit next) => base.KeepsTimes(next) && next.Permits == Permits;

    /// <summary>From a bucket with the parts of permits: so changes to and fro bring none and lose none.</summary>
    protected override bool TakeOver(Limit former, long now)
    {
        var debt = former is TokenBucket bucket
            ? (((Int128)bucket.Debt(now) * _interval) + bucket._interval - 1) / bucket._interval
            : (Int128)former.Spent(now) * _interval;
        _fullAt = now + (long)Int128.Min(debt, Burst);
        return debt <= Burst;
    }

    private long Debt(long now) => Math.Max(0, _fullAt - now);
}
