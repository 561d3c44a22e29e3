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
    private readonly LimitAlgorithm _algorithm;
    private readonly long _period; // Of a token bucket: what its permits take one by one, each rounded up.
    private readonly long _interval;
    private readonly long _origin;
    private readonly int _countBits;

    public KeyLimit(LimitOptions options, long now)
    {
        Permits = options.Permits;
        _algorithm = options.Algorithm;
        _period = options.Period.Ticks * LimitClock.UnitsPerTick;
        _origin = now;
        _countBits = BitsOf(Permits);
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
            LimitAlgorithm.FixedWindow => IsPast(word, now) ? Permits : Permits - CountOf(word),
            _ => Permits - (int)word,
        };

    /// <summary>Whether all permits are there, so that the word may be forgotten.</summary>
    public bool IsRested(long word, long now) =>
        _algorithm switch
        {
            LimitAlgorithm.TokenBucket => word <= now,
            LimitAlgorithm.FixedWindow => IsPast(word, now) || CountOf(word) == 0,
            _ => word == 0,
        };

    public string Describe(long word, long now)
    {
        var available = Available(word, now);
        var left =
            available == Permits ? Invariant($"all {Permits} permits") : Invariant($"{available} of {Permits} permits");
        if (IsHeld)
        {
            return left + " to hold";
        }

        var next = available == Permits ? 0 : Wait(word, available + 1, now);
        var time = TimeSpan.FromTicks(_period / LimitClock.UnitsPerTick);
        return next == 0
            ? Invariant($"{left} of {Text(time)}")
            : Invariant($"{left} of {Text(time)}, the next in {Text(LimitClock.RoundUp(next))}");
    }

    private static string Text(TimeSpan time) =>
        time < TimeSpan.FromSeconds(1) ? Invariant($"{time.TotalMilliseconds:0.###} ms")
        : time < TimeSpan.FromHours(1) ? Invariant($"{time.TotalSeconds:0.###} s")
        : Invariant($"{time.TotalHours:0.###} h");

    private static int BitsOf(int permits) => BitOperations.Log2((uint)permits) + 1;

    private bool IsPast(long word, long now) => WindowAt(now) > WindowOf(word);

    private long WindowAt(long now) => Math.Max(0, now - _origin) / _period;

    private long WindowOf(long word) => word >> _countBits;

    private int CountOf(long word) => (int)(word & ((1L << _countBits) - 1));
}
