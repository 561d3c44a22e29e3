namespace PerfKit.RateLimit.Internal.Limits;

/// <summary>
/// The state of one limit and its arithmetic, for one thread at a time. Times are units of <see cref="LimitClock"/>; they
/// never go back: the limiter sees to that.
/// </summary>
internal abstract class Limit(int permits)
{
    /// <summary>A wait that ends only when somebody gives permits back.</summary>
    public const long UntilReturned = long.MaxValue;

    public int Permits => permits;

    /// <summary>How many permits may be spent without a look at the clock, which is then at most a millisecond behind.</summary>
    public virtual int MostCredit => 0;

    /// <summary>Whether a lease must give its permits back.</summary>
    public virtual bool IsHeld => false;

    public static Limit Create(LimitOptions options, long now)
    {
        var period = options.Period.Ticks * LimitClock.UnitsPerTick;
        return options.Algorithm switch
        {
            LimitAlgorithm.TokenBucket => new TokenBucket(options.Permits, period, now),
            LimitAlgorithm.SlidingWindow => new SlidingWindow(options.Permits, period, now),
            LimitAlgorithm.SlidingLog => new SlidingLog(options.Permits, period, now),
            LimitAlgorithm.FixedWindow => new FixedWindow(options.Permits, period, now),
            _ => new Concurrency(options.Permits, now),
        };
    }

    /// <summary>
    /// How long until so many permits could be spent: 0 when they can be now, <see cref="UntilReturned"/> when only a
    /// return helps. 0 permits ask for one.
    /// </summary>
    public abstract long Wait(int count, long now);

    /// <summary>Spends permits that <see cref="Wait"/> said are there.</summary>
    public abstract void Spend(int count, long now);

    public abstract int Available(long now);

    /// <summary>Since when all permits are there; null while they are not.</summary>
    public abstract long? RestedSince(long now);

    public virtual void Return(int count, long now) { }
}
