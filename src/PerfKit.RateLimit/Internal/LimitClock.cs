using System.Runtime.CompilerServices;

namespace PerfKit.RateLimit.Internal;

/// <summary>
/// The time since this process first used a <see cref="TimeProvider"/>, in sixteenths of a nanosecond: fine enough for a
/// billion permits a second, and good for 15 years, or two before the first use. Beyond, it stands still.
/// </summary>
internal sealed class LimitClock
{
    public const long UnitsPerNanosecond = 16;
    public const long UnitsPerTick = UnitsPerNanosecond * TimeSpan.NanosecondsPerTick;
    public const long UnitsPerMillisecond = UnitsPerNanosecond * 1_000_000;
    private const long UnitsPerSecond = UnitsPerMillisecond * 1_000;
    private const long MostUnits = 8_000_000_000_000_000_000; // Room for two periods of 366 days after it.
    private const long LeastUnits = -1_000_000_000_000_000_000;

    private static readonly LimitClock Machine = new(TimeProvider.System, null, isMachine: true);
    private static readonly ConditionalWeakTable<TimeProvider, LimitClock> Others = [];

    private readonly long _origin;
    private readonly long _frequency;
    private readonly long _unitsPerCount; // 0 where a count is no whole number of units.
    private readonly long _mostCounts;
    private readonly long _leastCounts;

    /// <summary>A clock that counts as the machine's, with a coarse one of its own: for tests of what only that clock has.</summary>
    internal LimitClock(TimeProvider provider, Func<long> coarse)
        : this(provider, coarse, isMachine: true) { }

    private LimitClock(TimeProvider provider, Func<long>? coarse, bool isMachine)
    {
        Provider = provider;
        IsMachine = isMachine;
        Coarse = coarse;
        _origin = provider.GetTimestamp();
        _frequency = provider.TimestampFrequency;
        _unitsPerCount = UnitsPerSecond % _frequency == 0 ? UnitsPerSecond / _frequency : 0;
        _mostCounts = Counts(MostUnits);
        _leastCounts = Counts(LeastUnits);
    }

    public TimeProvider Provider { get; }

    /// <summary>Whether this is the machine's clock, which never goes back and has a cheap and coarse one beside it.</summary>
    public bool IsMachine { get; }

    /// <summary>What stands for <see cref="CoarseClock"/> in tests.</summary>
    public Func<long>? Coarse { get; }

    public long Now
    {
        get
        {
            var counts = Math.Clamp(Provider.GetTimestamp() - _origin, _leastCounts, _mostCounts);
            return _unitsPerCount != 0 ? counts * _unitsPerCount : (long)((Int128)counts * UnitsPerSecond / _frequency);
        }
    }

    public static LimitClock For(TimeProvider provider) =>
        ReferenceEquals(provider, TimeProvider.System)
            ? Machine
            : Others.GetValue(provider, static it => new LimitClock(it, null, isMachine: false));

    public static TimeSpan RoundUp(long units) =>
        TimeSpan.FromTicks((Math.Max(units, 0) + UnitsPerTick - 1) / UnitsPerTick);

    private long Counts(long units) => (long)Int128.Min(long.MaxValue, (Int128)units * _frequency / UnitsPerSecond);
}
