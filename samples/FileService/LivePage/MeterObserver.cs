using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace FileService.LivePage;

/// <summary>
/// Listens to every <c>PerfKit.*</c> meter of this host, as any metrics collector would, and keeps the last figures by
/// instrument and tags: at most 256 instruments of 64 series each.
/// </summary>
internal sealed class MeterObserver(IMeterFactory meters, TimeProvider clock) : IHostedService, IDisposable
{
    private const string Prefix = "PerfKit.";
    private const int MaxInstruments = 256;

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, MeterSeries> _instruments = new();
    private readonly Lock _reading = new();
    private IReadOnlyList<MeterReading> _last = [];
    private long _lastReadAt;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _lastReadAt = clock.GetTimestamp();
        _listener.InstrumentPublished = Subscribe;
        _listener.SetMeasurementEventCallback<long>(static (i, m, t, s) => Record(i, m, t, s));
        _listener.SetMeasurementEventCallback<int>(static (i, m, t, s) => Record(i, m, t, s));
        _listener.SetMeasurementEventCallback<double>(static (i, m, t, s) => Record(i, m, t, s));
        _listener.SetMeasurementEventCallback<float>(static (i, m, t, s) => Record(i, m, t, s));
        _listener.Start();
        Read(TimeSpan.Zero); // From here the first page has something to compare with.
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _listener.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>The figures, ordered by instrument; asked again within <paramref name="freshFor"/>, the same ones.</summary>
    public IReadOnlyList<MeterReading> Read(TimeSpan freshFor)
    {
        lock (_reading)
        {
            var now = clock.GetTimestamp();
            var since = clock.GetElapsedTime(_lastReadAt, now);
            if (_last.Count > 0 && since < freshFor)
            {
                return _last;
            }

            _lastReadAt = now;
            _listener.RecordObservableInstruments();
            var readings = new List<MeterReading>();
            var instruments = _instruments.ToArray(); // Its own, at one moment: others are published meanwhile.
            foreach (var (_, series) in instruments.OrderBy(static i => i.Key.Name, StringComparer.Ordinal))
            {
                series.Read(readings, since);
            }

            _last = readings;
            return readings;
        }
    }

    private void Subscribe(Instrument instrument, MeterListener listener)
    {
        var isOurs = instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, meters);
        if (
            isOurs
            && instrument.Meter.Name.StartsWith(Prefix, StringComparison.Ordinal)
            && _instruments.Count < MaxInstruments
        )
        {
            listener.EnableMeasurementEvents(
                instrument,
                _instruments.GetOrAdd(instrument, static i => new MeterSeries(i))
            );
        }
    }

    private static void Record(
        Instrument instrument,
        double measurement,
        ReadOnlySpan<KeyValuePair<string, object?>> tags,
        object? state
    ) => ((MeterSeries)state!).Record(measurement, tags);
}
