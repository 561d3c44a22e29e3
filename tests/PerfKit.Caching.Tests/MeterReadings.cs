using System.Diagnostics.Metrics;

namespace PerfKit.Caching.Tests;

/// <summary>What a container's instruments say now: name, first tag's value, value.</summary>
internal static class MeterReadings
{
    public static List<string> Collect(IMeterFactory factory)
    {
        var seen = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, it) =>
        {
            if (instrument.Meter.Name == "PerfKit.Caching" && instrument.Meter.Scope == factory)
            {
                it.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) =>
                seen.Add(tags.Length == 0 ? $"{instrument.Name} {value}" : $"{instrument.Name} {tags[0].Value} {value}")
        );
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }
}
