using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PerfKit.Caching.Internal;

/// <summary>One set of instruments for all caches of a container; caches of one name are added up.</summary>
internal sealed class CacheMetrics
{
    public const string Name = "PerfKit.Caching";

    public static readonly ActivitySource Activities = new(Name);

    private readonly Lock _gate = new();
    private readonly List<(string Name, Func<LocalCacheStatistics> Read)> _caches = [];

    public CacheMetrics(IMeterFactory? meters)
    {
        if (meters?.Create(Name) is not { } meter)
        {
            return;
        }

        meter.CreateObservableCounter(
            "perfkit.cache.hits",
            () => Observe(static s => s.Hits),
            "{read}",
            "Reads that found a value."
        );
        meter.CreateObservableCounter(
            "perfkit.cache.misses",
            () => Observe(static s => s.Misses),
            "{read}",
            "Reads that found none."
        );
        meter.CreateObservableCounter(
            "perfkit.cache.evictions",
            () => Observe(static s => s.Evictions),
            "{entry}",
            "Entries that left to make room."
        );
        meter.CreateObservableUpDownCounter(
            "perfkit.cache.entries",
            () => Observe(static s => s.Entries),
            "{entry}",
            "Entries held."
        );
        meter.CreateObservableUpDownCounter(
            "perfkit.cache.weight",
            () => Observe(static s => s.Weight),
            "{unit}",
            "Weight held."
        );
        meter.CreateObservableUpDownCounter(
            "perfkit.cache.capacity",
            () => Observe(static s => s.Capacity),
            "{unit}",
            "Most weight held."
        );
    }

    public void Add(string name, Func<LocalCacheStatistics> read)
    {
        lock (_gate)
        {
            _caches.Add((name.Length == 0 ? "default" : name, read));
        }
    }

    private List<Measurement<long>> Observe(Func<LocalCacheStatistics, long> figure)
    {
        lock (_gate)
        {
            return _caches
                .GroupBy(static cache => cache.Name)
                .Select(group => new Measurement<long>(
                    group.Sum(cache => figure(cache.Read())),
                    new KeyValuePair<string, object?>("cache.name", group.Key)
                ))
                .ToList();
        }
    }
}
