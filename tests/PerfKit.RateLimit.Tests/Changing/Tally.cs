namespace PerfKit.RateLimit.Tests.Changing;

/// <summary>
/// What is spent of one limit, told naively. Times are ticks. A bucket's debt is counted in permits: exactly, while times and
/// shares of a permit are powers of two of each other.
/// </summary>
internal sealed class Tally(LimitOptions options, long start, bool isLate)
{
    private readonly List<(long At, double Count)> _spent = [];
    private double _debt;
    private long _at;

    public bool IsHeld => options.Algorithm == LimitAlgorithm.Concurrency;

    private long Period => options.Period.Ticks;

    public void Spend(double count, long now)
    {
        _debt = Debt(now) + count;
        _at = now;
        _spent.Add((now, count));
    }

    public double Spent(long now) =>
        options.Algorithm switch
        {
            LimitAlgorithm.TokenBucket => Debt(now),
            LimitAlgorithm.SlidingLog => Since(now - Period),
            LimitAlgorithm.SlidingWindow => Since(now - (isLate ? Period / 32 * 33 : Period)),
            LimitAlgorithm.FixedWindow => Since(start + ((now - start) / Period * Period) - 1),
            _ => _spent.Sum(static it => it.Count),
        };

    public Tally Changed(LimitOptions next, long now)
    {
        var isAlike = next.Algorithm == options.Algorithm && (next.Period == options.Period || IsHeld);
        var isBucket = next.Algorithm == LimitAlgorithm.TokenBucket;
        var tally = new Tally(next, isAlike ? start : now, isLate);
        if (isAlike && !isBucket)
        {
            tally._spent.AddRange(_spent);
            return tally;
        }

        var spent = Spent(now);
        tally.Spend(isBucket ? Math.Min(spent, next.Permits) : Math.Ceiling(spent), now);
        return tally;
    }

    private double Debt(long now) => Math.Max(0, _debt - ((now - _at) / ((double)Period / options.Permits)));

    private double Since(long after) => _spent.Where(it => it.At > after).Sum(static it => it.Count);
}
