namespace PerfKit.RateLimit.Tests.Model;

/// <summary>
/// A limit as its documentation says it, told naively: it keeps all that was ever admitted and counts it anew each time.
/// Nothing here is shared with the limiters.
/// </summary>
internal abstract class ModelLimit(int permits)
{
    public int Permits => permits;

    /// <summary>Whether so many permits, at least one, may be admitted.</summary>
    public abstract bool May(int count, long now);

    /// <summary>Whether they must be: where an algorithm may be stricter than the exact one, it says by how much.</summary>
    public virtual bool Must(int count, long now) => May(count, now);

    public abstract void Spend(int count, long now);

    public virtual void Return(int count) { }

    /// <summary>The windows in which more was admitted than is stated. The admissions are in the order of their readings.</summary>
    public abstract int BadWindows(IReadOnlyList<Admission> admissions);

    public static ModelLimit Of(LimitOptions options, long now, int setAside)
    {
        var period = options.Period.Ticks * HandClock.UnitsPerTick;
        return options.Algorithm switch
        {
            LimitAlgorithm.TokenBucket => new ExactBucket(options.Permits, period, now, setAside),
            LimitAlgorithm.SlidingWindow => new ExactLog(options.Permits, period, (period + 31) / 32 * 33),
            LimitAlgorithm.SlidingLog => new ExactLog(options.Permits, period, period),
            LimitAlgorithm.FixedWindow => new ExactWindows(options.Permits, period, now),
            _ => new ExactHeld(options.Permits),
        };
    }

    /// <summary>How many stretches of a period that begin with an admission hold more than the bound.</summary>
    protected static int Exceeding(IReadOnlyList<Admission> admissions, long period, long bound)
    {
        var bad = 0;
        for (var from = 0; from < admissions.Count; from++)
        {
            var sum = 0L;
            for (var to = from; to < admissions.Count && admissions[to].At - admissions[from].At < period; to++)
            {
                sum += admissions[to].Permits;
            }

            bad += sum > bound ? 1 : 0;
        }

        return bad;
    }
}
