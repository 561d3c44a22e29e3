using System.Diagnostics.Metrics;

namespace PerfKit.Caching.Internal;

/// <summary>The instruments of tiered caches; those of one name are added up.</summary>
internal sealed class TierMetrics
{
    private readonly Lock _gate = new();
    private readonly List<(TieredFigures Figures, TierGuard? Guard)> _caches = [];

    public TierMetrics(Meter meter)
    {
        Durations = meter.CreateHistogram(
            "perfkit.cache.tier.duration",
            "s",
            "Time of calls to the second tier that were answered, without waits for another process's factory.",
            tags: null,
            CacheMetrics.Seconds
        );
        meter.CreateObservableCounter(
            "perfkit.cache.stale",
            () => Observe(static it => it.Figures.Stale, isOfTier: false),
            "{read}",
            "Reads that were given a value behind its end."
        );
        meter.CreateObservableCounter(
            "perfkit.cache.tier.hits",
            () => Observe(static it => it.Figures.Hits),
            "{read}",
            "Reads of the second tier that found a value."
        );
        meter.CreateObservableCounter(
            "perfkit.cache.tier.misses",
            () => Observe(static it => it.Figures.Misses),
            "{read}",
            "Reads of the second tier that found none."
        );
        meter.CreateObservableCounter(
            "perfkit.cache.tier.waits",
            () => Observe(static it => it.Figures.Waits),
            "{read}",
            "Reads of the second tier that waited for another process's factory."
        );
        meter.CreateObservableUpDownCounter(
            "perfkit.cache.tier.away",
            () => Observe(static it => it.Guard!.IsUsable ? 0 : 1),
            "{cache}",
            "1 while the second tier does not answer or has not yet heard what was removed meanwhile."
        );
    }

    public Histogram<double> Durations { get; }

    public void Add(TieredFigures figures, TierGuard? guard)
    {
        lock (_gate)
        {
            _caches.Add((figures, guard));
        }
    }

    private List<Measurement<long>> Observe(
        Func<(TieredFigures Figures, TierGuard? Guard), long> figure,
        bool isOfTier = true
    )
    {
        lock (_gate)
        {
            return _caches
                .Where(it => !isOfTier || it.Guard is not null)
                .GroupBy(static it => it.Figures.Name)
                .Select(group => new Measurement<long>(
                    group.Sum(figure),
                    new KeyValuePair<string, object?>("cache.name", group.Key)
                ))
                .ToList();
        }
    }
}
