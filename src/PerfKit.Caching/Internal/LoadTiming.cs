using System.Diagnostics;

namespace PerfKit.Caching.Internal;

/// <summary>The activity and the time of one factory call; costs nothing while nobody listens.</summary>
internal readonly struct LoadTiming : IDisposable
{
    private readonly CacheMetrics? _metrics;
    private readonly Activity? _activity;
    private readonly string _name;
    private readonly long _started;

    private LoadTiming(CacheMetrics? metrics, string name)
    {
        _name = name;
        _activity = CacheMetrics.Activities.StartActivity("perfkit.cache.load");
        _activity?.SetTag("cache.name", name);
        _metrics = metrics?.IsTimingLoads == true ? metrics : null;
        _started = _metrics is null ? 0 : TimeProvider.System.GetTimestamp();
    }

    public static LoadTiming Start(CacheMetrics? metrics, string name) => new(metrics, name);

    public void Fail(Exception fault) => _activity?.SetStatus(ActivityStatusCode.Error, fault.Message);

    public void Dispose()
    {
        _metrics?.Loaded(_name, TimeProvider.System.GetElapsedTime(_started));
        _activity?.Dispose();
    }
}
