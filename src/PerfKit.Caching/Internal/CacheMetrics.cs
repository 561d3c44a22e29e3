using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PerfKit.Caching.Internal;

/// <summary>One set of instruments for all caches of a container; caches of one name are added up.</summary>
internal sealed class CacheMetrics
{
    public const string Name = "PerfKit.Caching";

    public static readonly ActivitySource Activities = new(Name);

    private readonly Lock _gate = new();
    private readonly Histogram<double>? _loads;
    private readonly List<(string Name, Func<LocalCacheStatistics> Read, Func<RemovalCause, long> Removals)> _caches =
    [];

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
            ObserveRemovals,
            "{entry}",
            "Entries that left, by cause; values that were not kept have the cause refused."
        );
        _loads = meter.CreateHistogram(
            "perfkit.cache.load.duration",
            "s",
            "Time of factory calls.",
            tags: null,
            Seconds
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
        meter.CreateObservableCounter(
            "perfkit.cache.coalesced",
            () => Observe(static s => s.Coalesced),
            "{read}",
            "Misses that joined a factory that was already running in this process."
        );
        Tiers = new TierMetrics(meter);
    }

    /// <summary>Null where nobody measures.</summary>
    public TierMetrics? Tiers { get; }

    /// <summary>From a hit of a second tier to a slow factory; collectors' own bounds begin at 5, as if these were milliseconds.</summary>
    public static InstrumentAdvice<double> Seconds { get; } =
        new()
        {
            HistogramBucketBoundaries =
            [
                0.000_1,
                0.000_25,
                0.000_5,
                0.001,
                0.002_5,
                0.005,
                0.01,
                0.025,
                0.05,
                0.1,
                0.25,
                0.5,
                1,
                2.5,
                5,
                10,
            ],
        };

    public bool IsTimingLoads => _loads?.Enabled == true;

    public static string Tag(string name) => name.Length == 0 ? "default" : name;

    public void Loaded(string name, TimeSpan duration) =>
        _loads?.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("cache.name", Tag(name)));

    public void Add(string name, Func<LocalCacheStatistics> read, Func<RemovalCause, long> removals)
    {
        lock (_gate)
        {
            _caches.Add((Tag(name), read, removals));
        }
    }

    private List<Measurement<long>> ObserveRemovals()
    {
        lock (_gate)
        {
            return (
                from cache in _caches
                from cause in Enum.GetValues<RemovalCause>()
                group cache.Removals(cause) by (cache.Name, cause) into removals
                select new Measurement<long>(
                    removals.Sum(),
                    new("cache.name", removals.Key.Name),
                    new("cause", Word(removals.Key.cause))
                )
            ).ToList();
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

    private static string Word(RemovalCause cause) =>
        cause switch
        {
            RemovalCause.Evicted => "capacity",
            RemovalCause.Expired => "expired",
            RemovalCause.Replaced => "replaced",
            RemovalCause.Removed => "removed",
            RemovalCause.Cleared => "cleared",
            _ => "refused",
        };
}
