using System.Runtime.CompilerServices;

namespace PerfKit.RateLimit.Internal;

/// <summary>
/// The time since this process first used a <see cref="TimeProvider"/>, in sixteenths of a nanosecond: fine enough for a
/// billion permits a second, and good for 18 years.
/// </summary>
internal sealed class LimitClock
{
    public const long UnitsPerNanosecond = 16;
    public const long UnitsPerTick = UnitsPerNanosecond * TimeSpan.NanosecondsPerTick;
    public const long UnitsPerMillisecond = UnitsPerNanosecond * 1_000_000;
    private const long UnitsPerSecond = UnitsPerMillisecond * 1_000;

    private static readonly LimitClock Machine = new(TimeProvider.System);
    private static readonly ConditionalWeakTable<TimeProvider, LimitClock> Others = [];

    private readonly long _origin;
    private readonly long _frequency;
    private readonly long _unitsPerCount; // 0 where a count is no whole number of units.

    private LimitClock(TimeProvider provider)
    {
        Provider = provider;
        _origin = provider.GetTimestamp();
        _frequency = provider.TimestampFrequency;
        _unitsPerCount = UnitsPerSecond % _frequency == 0 ? UnitsPerSecond / _frequency : 0;
    }

    public TimeProvider Provider { get; }

    /// <summary>Whether this is the machine's clock, beside which its cheap and coarse one may be read.</summary>
    public bool IsMachine => ReferenceEquals(this, Machine);

    public long Now
    {
        get
        {
            var counts = Provider.GetTimestamp() - _origin;
            return _unitsPerCount != 0 ? counts * _unitsPerCount : (long)((Int128)counts * UnitsPerSecond / _frequency);
        }
    }

    public static LimitClock For(TimeProvider provider) =>
        ReferenceEquals(provider, TimeProvider.System)
            ? Machine
            : Others.GetValue(provider, static it => new LimitClock(it));

    public static TimeSpan RoundUp(long units) =>
        TimeSpan.FromTicks((Math.Max(units, 0) + UnitsPerTick - 1) / UnitsPerTick);
}
