namespace PerfKit.Caching.Internal;

/// <summary>
/// Milliseconds since an arbitrary start. For the system's clock the coarse tick, since expiry needs no more; any other
/// <see cref="TimeProvider"/>, such as a test's, is asked itself.
/// </summary>
internal readonly struct CoarseClock(TimeProvider clock)
{
    private readonly TimeProvider? _clock = clock == TimeProvider.System ? null : clock;

    public long Milliseconds =>
        _clock is null ? CoarseTick.Milliseconds : _clock.GetElapsedTime(0).Ticks / TimeSpan.TicksPerMillisecond;
}
