using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace PerfKit.Caching.Tests.Tiers;

/// <summary>Hears the caching meter of one container: the last total of what is observed, the number of measurements of the rest.</summary>
internal sealed class MeterFigures : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _totals = new();
    private readonly ConcurrentDictionary<string, long> _counts = new();

    public MeterFigures(IMeterFactory factory)
    {
        Factory = factory;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "PerfKit.Caching" && instrument.Meter.Scope == factory)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) => _totals[NameOf(instrument, tags)] = value
        );
        _listener.SetMeasurementEventCallback<double>(
            (instrument, _, tags, _) => _counts.AddOrUpdate(NameOf(instrument, tags), 1, static (_, n) => n + 1)
        );
        _listener.Start();
    }

    public IMeterFactory Factory { get; }

    /// <summary>By name and tags, without the prefix: <c>tier.hits files</c>. -1 where nothing was reported.</summary>
    public long this[string name]
    {
        get
        {
            _listener.RecordObservableInstruments();
            return _totals.TryGetValue(name, out var total) ? total : _counts.GetValueOrDefault(name, -1);
        }
    }

    public void Dispose() => _listener.Dispose();

    private static string NameOf(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        string.Join(
            ' ',
            [instrument.Name["perfkit.cache.".Length..], .. tags.ToArray().Select(static tag => $"{tag.Value}")]
        );
}
