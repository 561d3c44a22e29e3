namespace PerfKit.RateLimit.Tests;

/// <summary>A clock that shows what it is set to, backward too.</summary>
internal sealed class SteppedClock : TimeProvider
{
    private long _ticks;

    public long Ticks
    {
        get => Volatile.Read(ref _ticks);
        set => Volatile.Write(ref _ticks, value);
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Ticks;
}
