namespace PerfKit.RateLimit.Internal;

/// <summary>Nanoseconds since the clock was made, at the resolution of the <see cref="TimeProvider"/>.</summary>
internal readonly struct NanosecondClock(TimeProvider clock)
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly long _origin = clock.GetTimestamp();
    private readonly long _frequency = clock.TimestampFrequency;

    public long Now
    {
        get
        {
            var elapsed = clock.GetTimestamp() - _origin;
            return _frequency == NanosecondsPerSecond
                ? elapsed
                : (long)((Int128)elapsed * NanosecondsPerSecond / _frequency);
        }
    }
}
