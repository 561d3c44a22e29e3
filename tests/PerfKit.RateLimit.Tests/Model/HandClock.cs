namespace PerfKit.RateLimit.Tests.Model;

/// <summary>A clock whose reading is set, forward and back. In the model, time is sixteenths of a nanosecond.</summary>
internal sealed class HandClock(long frequency) : TimeProvider
{
    public const long UnitsPerSecond = 16_000_000_000;
    public const long UnitsPerTick = UnitsPerSecond / TimeSpan.TicksPerSecond;

    private long _counts;

    public override long TimestampFrequency => frequency;

    public long Counts
    {
        get => Volatile.Read(ref _counts);
        set => Volatile.Write(ref _counts, value);
    }

    /// <summary>The reading in units, rounded down.</summary>
    public long Units => (long)((Int128)Counts * UnitsPerSecond / frequency);

    public override long GetTimestamp() => Counts;

    public void Advance(long counts) => Interlocked.Add(ref _counts, counts);

    /// <summary>The last count that is not after the time.</summary>
    public long CountsAt(Int128 units) => (long)(units * frequency / UnitsPerSecond);

    /// <summary>The first count that is not before the time.</summary>
    public long CountsFrom(Int128 units) => (long)(((units * frequency) + UnitsPerSecond - 1) / UnitsPerSecond);
}
