using System.Diagnostics.Metrics;
using PerfKit.Internal;

namespace PerfKit.Caching.Internal;

/// <summary>What a tiered cache counts beside its table. Counting takes no lock; the time of calls is taken while somebody listens.</summary>
internal sealed class TieredFigures(string name, TierMetrics? metrics)
{
    private readonly StripedCounter _unwanted = new();
    private readonly StripedCounter _stale = new();
    private readonly StripedCounter _hits = new();
    private readonly StripedCounter _misses = new();
    private readonly StripedCounter _waits = new();
    private readonly Histogram<double>? _durations = metrics?.Durations;

    public string Name { get; } = CacheMetrics.Tag(name);

    /// <summary>Reads that found a value in the table which was no answer: removed, or behind its end.</summary>
    public long Unwanted => _unwanted.Value;

    /// <summary>Reads that were given a value behind its end.</summary>
    public long Stale => _stale.Value;

    /// <summary>Reads of the second tier that found a value.</summary>
    public long Hits => _hits.Value;

    /// <summary>Reads of the second tier that found none.</summary>
    public long Misses => _misses.Value;

    /// <summary>Reads of the second tier that waited for another process's factory.</summary>
    public long Waits => _waits.Value;

    public void FoundUnwanted() => _unwanted.Increment();

    public void ServedStale() => _stale.Increment();

    /// <summary>Now, where somebody wants to know.</summary>
    public long Start() => _durations?.Enabled == true ? TimeProvider.System.GetTimestamp() : 0;

    public void Answered(string operation, long started)
    {
        if (started == 0)
        {
            return;
        }

        try
        {
            _durations!.Record(
                TimeProvider.System.GetElapsedTime(started).TotalSeconds,
                new KeyValuePair<string, object?>("cache.name", Name),
                new KeyValuePair<string, object?>("operation", operation)
            );
        }
        catch (Exception)
        {
            // Listeners run within the recording, and a listener's fault is neither the tier's nor the caller's.
        }
    }

    public void Read(bool isHit, bool hasWaited, long started)
    {
        (isHit ? _hits : _misses).Increment();
        if (hasWaited)
        {
            _waits.Increment(); // For another process's factory, which says nothing about the tier.
        }
        else
        {
            Answered("read", started);
        }
    }
}
