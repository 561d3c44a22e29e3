namespace PerfKit.TestKit.Faults;

/// <summary>A clock whose date is off by so much, as a node's may be; its timestamps and timers run true.</summary>
/// <param name="clock">The true clock.</param>
/// <param name="skew">How much the date is ahead; negative is behind.</param>
public sealed class SkewedTimeProvider(TimeProvider clock, TimeSpan skew) : TimeProvider
{
    /// <summary>How much the date is ahead; set, it jumps, as when somebody sets the clock.</summary>
    public TimeSpan Skew { get; set; } = skew;

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() + Skew;

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime, period);
}
