using System.Diagnostics.Metrics;

namespace FileService.LivePage;

/// <summary>A figure of one instrument and one set of tags, as it was when last looked at.</summary>
internal sealed record MeterReading(
    string Instrument,
    string? Unit,
    IReadOnlyDictionary<string, string> Tags,
    double Value,
    double? PerSecond
)
{
    /// <summary>The mean of what a histogram measured since the last look, or before it, where nothing was.</summary>
    public double? Mean { get; init; }
}

/// <summary>What one instrument reported, by its tags. Additions are lock-free; the number of series is bounded.</summary>
internal sealed class MeterSeries(Instrument instrument)
{
    /// <summary>Tag sets kept of one instrument; measurements of further ones are left out.</summary>
    public const int MaxSeries = 64;

    private readonly Lock _gate = new();
    private volatile Series[] _series = [];

    private readonly bool _adds =
        !instrument.IsObservable && KindOf(instrument) is "Counter" or "UpDownCounter" or "Histogram";
    private readonly bool _isHistogram = KindOf(instrument) == "Histogram";
    private readonly bool _rises = KindOf(instrument) is "Counter" or "ObservableCounter" or "Histogram";

    /// <summary>Takes a measurement: a change that adds up, or a total that replaces the last one.</summary>
    public void Record(double measurement, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Find(_series, tags) is { } series || TryAdd(tags, out series))
        {
            series.Record(measurement, _adds);
        }
    }

    /// <summary>Appends every series; of what only rises also the change per second since the last call.</summary>
    public void Read(List<MeterReading> readings, TimeSpan sinceLast)
    {
        foreach (var series in _series)
        {
            var reading = series.Read(instrument, sinceLast, _rises);
            readings.Add(_isHistogram ? reading with { Mean = series.MeanSinceLast() } : reading);
        }
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0];

    private bool TryAdd(ReadOnlySpan<KeyValuePair<string, object?>> tags, out Series series)
    {
        lock (_gate)
        {
            if (Find(_series, tags) is { } known)
            {
                series = known;
                return true;
            }

            series = new Series(tags.ToArray());
            if (_series.Length == MaxSeries)
            {
                return false;
            }

            _series = [.. _series, series];
            return true;
        }
    }

    private static Series? Find(Series[] all, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var series in all)
        {
            if (series.Has(tags))
            {
                return series;
            }
        }

        return null;
    }

    private sealed class Series(KeyValuePair<string, object?>[] tags)
    {
        private readonly Dictionary<string, string> _names = tags.GroupBy(static t => t.Key)
            .ToDictionary(static t => t.Key, static t => t.Last().Value?.ToString() ?? "");

        private double _value;
        private double? _lastValue;
        private long _count;
        private (double Sum, long Count, double? Mean) _averaged;

        public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> others)
        {
            if (others.Length != tags.Length)
            {
                return false;
            }

            for (var i = 0; i < tags.Length; i++)
            {
                if (tags[i].Key != others[i].Key || !Equals(tags[i].Value, others[i].Value))
                {
                    return false;
                }
            }

            return true;
        }

        public void Record(double measurement, bool adds)
        {
            Interlocked.Increment(ref _count);
            var seen = Volatile.Read(ref _value);
            while (true)
            {
                var previous = Interlocked.CompareExchange(ref _value, adds ? seen + measurement : measurement, seen);
                if (previous.Equals(seen))
                {
                    return;
                }

                seen = previous;
            }
        }

        public double? MeanSinceLast()
        {
            var (sum, count) = (Volatile.Read(ref _value), Volatile.Read(ref _count));
            if (count > _averaged.Count)
            {
                _averaged = (sum, count, (sum - _averaged.Sum) / (count - _averaged.Count));
            }

            return _averaged.Mean;
        }

        public MeterReading Read(Instrument instrument, TimeSpan sinceLast, bool isMonotonic)
        {
            var value = Volatile.Read(ref _value);
            double? rate =
                isMonotonic && _lastValue is { } last && sinceLast > TimeSpan.Zero
                    ? Math.Max(0, value - last) / sinceLast.TotalSeconds
                    : null;
            _lastValue = value;
            return new MeterReading(instrument.Name, instrument.Unit, _names, value, rate);
        }
    }
}
