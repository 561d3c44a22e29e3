namespace PerfKit.Caching.Internal.Memory;

/// <summary>Looks at the load of memory, seldom: reading it costs some files.</summary>
internal sealed class MemoryWatch(IMemoryLimits limits, double highFraction, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private long _nextLook = long.MinValue;

    /// <summary>Bytes in use above the threshold; 0 when it is not time to look, or somebody else is looking.</summary>
    public long Excess()
    {
        var now = clock.GetTimestamp();
        var next = Volatile.Read(ref _nextLook);
        var after = now + (long)(Interval.TotalSeconds * clock.TimestampFrequency);
        if (now < next || Interlocked.CompareExchange(ref _nextLook, after, next) != next)
        {
            return 0;
        }

        return limits.ReadLoad() is var (used, of) ? Math.Max(used - (long)(of * highFraction), 0) : 0;
    }
}
