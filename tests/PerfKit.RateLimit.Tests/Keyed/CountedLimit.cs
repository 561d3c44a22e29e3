namespace PerfKit.RateLimit.Tests;

/// <summary>
/// A limit that is changed and given back to, counted as its definition says: a bucket by what it misses and since when,
/// a window by its number and what was spent in it. Times are 1,600ths of a tick.
/// </summary>
internal sealed class CountedLimit(LimitOptions first)
{
    private const long Units = 1_600;

    private LimitOptions _limit = first;
    private int _changes;
    private Int128 _begin; // Of the first window.
    private Int128 _missing; // Of a bucket, in units; its permit is a share of these.
    private Int128 _since;
    private Int128 _window;
    private Int128 _spent;
    private Int128 _beyond; // As what is missing: spent under a larger limit.
    private Int128 _beyondUntil;

    private bool IsBucket => _limit.Algorithm == LimitAlgorithm.TokenBucket;

    private Int128 Period => (Int128)_limit.Period.Ticks * Units;

    private Int128 Share => (Period + _limit.Permits - 1) / _limit.Permits;

    public int Available(long ticks)
    {
        var now = (Int128)ticks * Units;
        return IsBucket
            ? (int)(Int128.Max(0, (Share * _limit.Permits) - Missing(now)) / Share)
            : (int)Int128.Max(0, _limit.Permits - SpentAt(now));
    }

    public Spent Spend(int permits, long ticks)
    {
        var now = (Int128)ticks * Units;
        if (permits > 0)
        {
            (_missing, _since) = IsBucket ? (Missing(now) + (Share * permits), now) : (0, 0);
            (_spent, _window) = (SpentAt(now) + permits, Int128.Max(_window, WindowAt(now)));
        }

        return new Spent(permits, _changes, now);
    }

    public void GiveBack(Spent spent, long ticks)
    {
        var now = (Int128)ticks * Units;
        if (spent.Changes != _changes)
        {
            return;
        }

        if (IsBucket)
        {
            var all = Share * spent.Permits;
            var back = Int128.Max(0, Furthest(now) - spent.At); // By itself, at most.
            _missing -= Int128.Clamp(all - back, 0, all);
        }
        else if (WindowAt(spent.At) == _window && SpentAt(now) > 0)
        {
            _spent -= spent.Permits;
        }
    }

    public void Change(LimitOptions limit, long ticks)
    {
        var now = (Int128)ticks * Units;
        var isAsLong = limit.Period == _limit.Period;
        if (limit.Algorithm == _limit.Algorithm && isAsLong && (!IsBucket || limit.Permits == _limit.Permits))
        {
            _changes += limit.Permits == _limit.Permits ? 0 : 1;
            _limit = limit;
            return; // Counts on, in the same windows.
        }

        var furthest = Furthest(now);
        var share = IsBucket ? Share : 1;
        var isFresh = IsBucket ? _since + _missing == 0 : _window == 0 && _spent == 0; // Nothing was ever spent.
        var isRested = IsBucket ? Missing(now) == 0 : SpentAt(now) == 0;
        var fullAt = IsBucket ? _since + _missing : _begin + ((_window + Int128.Min(1, _spent)) * Period);
        var beyond = now < _beyondUntil ? _beyond : 0;
        var spent = isRested ? 0 : beyond + (IsBucket ? Missing(furthest) : _spent);
        _limit = limit;
        _begin = now - Period;
        _changes++;
        _missing = _spent = _window = _beyond = _since = 0;
        if (isFresh)
        {
            return;
        }

        if (isRested)
        {
            _since = fullAt;
            _spent = int.MaxValue; // In all the time before.
        }
        else if (IsBucket)
        {
            var all = Ceiling(spent * Share, share);
            _missing = Int128.Min(all, Share * limit.Permits);
            _since = furthest;
            _beyondUntil = Int128.Max(fullAt, beyond > 0 ? _beyondUntil : fullAt);
            _beyond = all - _missing;
        }
        else
        {
            _spent = Ceiling(spent, share);
            _window = WindowAt(furthest);
        }
    }

    private static Int128 Ceiling(Int128 value, Int128 divisor) => (value + divisor - 1) / divisor;

    private Int128 Missing(Int128 now) => Int128.Max(0, _missing - (now - _since));

    private Int128 WindowAt(Int128 now) => Int128.Max(0, now - _begin) / Period;

    private Int128 SpentAt(Int128 now) => WindowAt(now) > _window ? 0 : _spent;

    /// <summary>Now, or if more is missing than there ever is, or a later window runs, the time the clock must have shown.</summary>
    private Int128 Furthest(Int128 now) =>
        IsBucket ? now + Int128.Max(0, Missing(now) - (Share * _limit.Permits))
        : _window > WindowAt(now) ? _begin + (_window * Period)
        : now;

    public sealed record Spent(int Permits, int Changes, Int128 At);
}
