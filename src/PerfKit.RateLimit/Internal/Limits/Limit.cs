namespace PerfKit.RateLimit.Internal.Limits;

/// <summary>
/// The state of one limit and its arithmetic, for one thread at a time. Times are units of <see cref="LimitClock"/>; they
/// never go back: the limiter sees to that.
/// </summary>
internal abstract class Limit(int permits, long period, long now)
{
    /// <summary>A wait that ends only when somebody gives permits back.</summary>
    public const long UntilReturned = long.MaxValue;

    private long _since = now; // What was spent before it is no longer told apart.

    public int Permits { get; private set; } = permits;

    public long Period => period;

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
    public abstract void Spend(long count, long now);

    /// <summary>Permits that are not there; more than there ever are after the limit went down.</summary>
    public abstract long Spent(long now);

    public int Available(long now) => (int)Math.Max(0, Permits - Spent(now));

    /// <summary>Since when all permits are there; null while they are not.</summary>
    public abstract long? RestedSince(long now);

    public virtual void Return(int count, long now) { }

    /// <summary>
    /// Undoes what was spent then, as far as it is certain that without it so many more permits would be there now. Held
    /// permits come back with their lease instead.
    /// </summary>
    public void GiveBack(int count, long spentAt, long now)
    {
        if (spentAt >= _since)
        {
            Undo(count, spentAt, now);
        }
    }

    /// <summary>
    /// The limit with other options, in which what was spent stays spent: as it was where only the permits are others,
    /// else as if it had been spent now.
    /// </summary>
    public Limit Changed(LimitOptions options, long now)
    {
        var next = Create(options, now);
        if (next.GetType() == GetType() && KeepsTimes(next))
        {
            Permits = next.Permits;
            return this;
        }

        next._since = Math.Max(_since, next.TakeOver(this, now) ? now : now + 1);
        return next;
    }

    public string Describe(long now, long behind)
    {
        var available = Available(now);
        var next = available == Permits ? 0 : Wait(available + 1, now) + behind;
        return IsHeld
            ? LimitText.Of(available, Permits)
            : LimitText.Of(available, Permits, LimitClock.RoundUp(Period), LimitClock.RoundUp(next));
    }

    protected abstract void Undo(int count, long spentAt, long now);

    /// <summary>Whether the other, of the same algorithm, brings permits back at the same times.</summary>
    protected virtual bool KeepsTimes(Limit next) => next.Period == Period;

    /// <summary>Spends, in a limit that is new, what is spent of the former; false when there was more than it has.</summary>
    protected virtual bool TakeOver(Limit former, long now)
    {
        if (former.Spent(now) is > 0 and var spent)
        {
            Spend(spent, now);
        }

        return true;
    }
}
