using System.Diagnostics.Metrics;

namespace PerfKit.Caching.Internal.Contents;

/// <summary>What content caches tell beside what every cache tells. Their memory is told by their accounts.</summary>
internal sealed class ContentMetrics
{
    private readonly Lock _gate = new();
    private readonly List<(string Name, ContentCache Cache)> _caches = [];

    public ContentMetrics(IMeterFactory? meters)
    {
        if (meters?.Create(CacheMetrics.Name) is not { } meter)
        {
            return;
        }

        meter.CreateObservableCounter(
            "perfkit.content.fills",
            () => Observe(static s => s.Fills),
            "{content}",
            "Contents that were filled and kept."
        );
        meter.CreateObservableCounter(
            "perfkit.content.failed_fills",
            () => Observe(static s => s.FailedFills),
            "{content}",
            "Fills that failed, lied about their length, or were left by all readers."
        );
        meter.CreateObservableCounter(
            "perfkit.content.passed_through",
            () => Observe(static s => s.PassedThrough),
            "{content}",
            "Contents that were not kept."
        );
        meter.CreateObservableUpDownCounter(
            "perfkit.content.leases",
            () => Observe(static s => s.Leases),
            "{lease}",
            "Leases not given back yet."
        );
    }

    public void Add(string name, ContentCache cache)
    {
        lock (_gate)
        {
            _caches.Add((name, cache));
        }
    }

    private List<Measurement<long>> Observe(Func<ContentCacheStatistics, long> figure)
    {
        lock (_gate)
        {
            return
            [
                .. _caches.Select(cache => new Measurement<long>(
                    figure(cache.Cache.GetStatistics()),
                    new KeyValuePair<string, object?>("cache.name", cache.Name)
                )),
            ];
        }
    }
}
