namespace PerfKit.Caching.Internal;

/// <summary>
/// Milliseconds since an arbitrary start. The system's coarse tick costs a sixth of a precise timestamp, and expiry needs
/// no more; any other <see cref="TimeProvider"/>, such as a test's, is asked itself.
/// </summary>
internal readonly struct CoarseClock(TimeProvider clock)
{
    private readonly TimeProvider? _clock = clock == TimeProvider.System ? null : clock;

    public long Milliseconds =>
        _clock is null ? SystemTick : _clock.GetElapsedTime(0).Ticks / TimeSpan.TicksPerMillisecond;

#pragma warning disable RS0030 // Because this is the one place that trades the TimeProvider's clock for its coarse equal.
    private static long SystemTick => Environment.TickCount64;
#pragma warning restore RS0030
}
