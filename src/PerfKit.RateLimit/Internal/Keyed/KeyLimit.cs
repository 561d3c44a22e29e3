using System.Numerics;
using PerfKit.RateLimit.Internal.Limits;
using static System.FormattableString;

namespace PerfKit.RateLimit.Internal.Keyed;

/// <summary>
/// The arithmetic of one limit whose state, for each key, is one word that starts as 0. A token bucket keeps the time at
/// which it is full again (GCRA), a fixed window its number and below it the count, held permits their count. Times are
/// units of <see cref="LimitClock"/>; when they go back, nothing comes back until they have caught up.
/// </summary>
internal readonly struct KeyLimit
{
    private const int MostCountBits = 31;

    private readonly LimitAlgorithm _algorithm;
    private readonly long _period; // Of a token bucket: what its permits take one by one, each rounded up.
    private readonly long _interval;
    private readonly long _origin;
    private readonly int _countBits;

    /// <summary>A limit in the place of another, if there was one: windows as long as its own go on with their edges.</summary>
    public KeyLimit(LimitOptions options, long now, in KeyLimit before = default)
    {
        Permits = options.Permits;
        _algorithm = options.Algorithm;
        _period = options.Period.Ticks * LimitClock.UnitsPerTick;
        _origin =
            before.CountsInWindowsOf(_period) ? before._origin
            : before.Permits > 0 ? now - _period // Window 0 is all the time before, of another limit.
            : now;
        _countBits = Math.Min(MostCountBits, BitOperations.Log2((ulong)_period)); // Not of the permits: these may change.
        if (_algorithm == LimitAlgorithm.TokenBucket)
        {
            _interval = (_period + Permits - 1) / Permits;
            _period = _interval * Permits;
        }
    }

    public int Permits { get; }

    public bool IsHeld => _algorithm == LimitAlgorithm.Concurrency;

    /// <summary>What keeps the options from being a limit for each key, or null.</summary>
    public static string? Fault(LimitOptions options, string prefix)
    {
        if (options.Fault(prefix) is { } fault)
        {
            return fault;
        }

        if (options.Algorithm is LimitAlgorithm.SlidingWindow or LimitAlgorithm.SlidingLog)
        {
            return Invariant(
                $"{prefix}Algorithm is {options.Algorithm}, which needs more than a word for each key; use TokenBucket, FixedWindow or Concurrency."
            );
        }

        if (options.QueueLimit > 0)
        {
            return Invariant(
                $"{prefix}QueueLimit is {options.QueueLimit} but must be 0: nobody waits at a key's limit."
            );
        }

        var leastTicks = (1L << BitsOf(options.Permits)) / LimitClock.UnitsPerTick;
        return options.Algorithm == LimitAlgorithm.FixedWindow && options.Period.Ticks <= leastTicks
            ? Invariant(
                $"{prefix}Period is {options.Period} but must be longer than {TimeSpan.FromTicks(leastTicks)} for a FixedWindow of {options.Permits} permits."
            )
            : null;
    }

    /// <summary>
    /// How long until so many permits, at least 1, could be spent: 0 when they can be now,
    /// <see cref="Limit.UntilReturned"/> when only a return helps.
    /// </summary>
    public long Wait(long word, int count, long now)
    {
        if (_algorithm == LimitAlgorithm.TokenBucket)
        {
            return Math.Max(0, Math.Max(word, now) + (count * _interval) - _period - now);
        }

        if (count <= Available(word, now))
        {
            return 0;
        }

        return IsHeld ? Limit.UntilReturned : _origin + ((Math.Max(WindowOf(word), WindowAt(now)) + 1) * _period) - now;
    }

    /// <summary>The word after permits were spent that <see cref="Wait"/> said are there.</summary>
    public long Spend(long word, int count, long now)
    {
        if (_algorithm == LimitAlgorithm.TokenBucket)
        {
            return Math.Max(word, now) + (count * _interval);
        }

        var window = WindowAt(now);
        return (IsHeld || window <= WindowOf(word) ? word : window << _countBits) + count;
    }

    public int Available(long word, long now) =>
        _algorithm switch
        {
            LimitAlgorithm.TokenBucket => (int)(Math.Max(0, _period - Math.Max(0, word - now)) / _interval),
            LimitAlgorithm.FixedWindow => IsPast(word, now) ? Permits : Math.Max(0, Permits - CountOf(word)),
            _ => Math.Max(0, Permits - (int)word),
        };

    /// <summary>Whether all permits are there, so that the word may be forgotten.</summary>
    public bool IsRested(long word, long now) =>
        _algorithm switch
        {
            LimitAlgorithm.TokenBucket => word <= now,
            LimitAlgorithm.FixedWindow => IsPast(word, now) || CountOf(word) == 0,
            _ => word == 0,
        };

    /// <summary>
    /// The word after permits were given back that were spent at a time: as many as have certainly not come back since. Held
    /// permits are not among them.
    /// </summary>
    public long Undo(long word, int count, long spentAt, long now)
    {
        if (_algorithm == LimitAlgorithm.TokenBucket)
        {
            return word - Math.Clamp(spentAt + (count * _interval) - Latest(word, now), 0, count * _interval);
        }

        var isOver = IsHeld || WindowOf(word) != WindowAt(spentAt) || IsPast(word, now);
        return isOver ? word : word - Math.Min(count, CountOf(word));
    }

    /// <summary>
    /// The word of a key under this limit after it had one under another of its kind: it has spent as many permits. A
    /// token bucket misses no more than it has, or a smaller limit would lock its keys out. What it has spent
    /// <paramref name="beyond"/>, in the shares of this limit instead of the other's, counts at the next change.
    /// </summary>
    public long Take(in KeyLimit before, long word, long now, ref Int128 beyond)
    {
        if (IsHeld || IsLike(before))
        {
            return word;
        }

        if (word == 0 || before.IsRested(word, now))
        {
            beyond = 0;
            return word == 0 ? 0 : RestedSince(before.RestedAt(word));
        }

        var from = before.Latest(word, now);
        var isBucket = before._algorithm == LimitAlgorithm.TokenBucket;
        var share = isBucket ? before._interval : 1;
        var spent = beyond + (isBucket ? word - from : before.CountOf(word));
        if (_algorithm == LimitAlgorithm.FixedWindow)
        {
            beyond = 0;
            return (WindowAt(from) << _countBits)
                + (long)Int128.Min((spent + share - 1) / share, (1L << _countBits) - 1);
        }

        // Permits and the rest of one each for themselves: the product of both would not always fit.
        var (permits, rest) = Int128.DivRem(spent, share);
        var missing = (permits * _interval) + (((rest * _interval) + share - 1) / share);
        beyond = Int128.Max(0, missing - _period);
        return from + (long)(missing - beyond);
    }

    /// <summary>When all permits are there, if no more are spent.</summary>
    public long RestedAt(long word) =>
        _algorithm == LimitAlgorithm.TokenBucket
            ? word
            : _origin + ((WindowOf(word) + Math.Min(1, CountOf(word))) * _period);

    public string Describe(long word, long now)
    {
        var available = Available(word, now);
        var next = available == Permits ? 0 : Wait(word, available + 1, now);
        return IsHeld
            ? LimitText.Of(available, Permits)
            : LimitText.Of(available, Permits, LimitClock.RoundUp(_period), LimitClock.RoundUp(next));
    }

    private static int BitsOf(int permits) => BitOperations.Log2((uint)permits) + 1;

    private bool CountsInWindowsOf(long period) => _algorithm == LimitAlgorithm.FixedWindow && _period == period;

    /// <summary>Whether a word means the same here, but for how many permits are left.</summary>
    private bool IsLike(in KeyLimit other) =>
        _algorithm == LimitAlgorithm.FixedWindow
            ? other.CountsInWindowsOf(_period)
            : other._algorithm == _algorithm && other._interval == _interval && other.Permits == Permits;

    /// <summary>A word that has rested, but if the time goes back before this, or before the first window, has not.</summary>
    private long RestedSince(long time) => _algorithm == LimitAlgorithm.TokenBucket ? time : (1L << _countBits) - 1;

    /// <summary>The time, or the earliest at which the word can have been written, if the time has gone back since.</summary>
    private long Latest(long word, long now) =>
        _algorithm == LimitAlgorithm.TokenBucket ? Math.Max(now, word - _period)
        : WindowOf(word) > WindowAt(now) ? _origin + (WindowOf(word) * _period)
        : now;

    private bool IsPast(long word, long now) => WindowAt(now) > WindowOf(word);

    private long WindowAt(long now) => Math.Max(0, now - _origin) / _period;

    private long WindowOf(long word) => word >> _countBits;

    private int CountOf(long word) => (int)(word & ((1L << _countBits) - 1));
}
