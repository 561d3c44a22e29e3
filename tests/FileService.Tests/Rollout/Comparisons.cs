using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using FileService.Tests.Before;

namespace FileService.Tests.Rollout;

/// <summary>Counts what one service's shadows measured.</summary>
internal sealed class Comparisons
{
    private readonly ConcurrentDictionary<(string Operation, string Outcome), long> _counts = new();

    public long Of(string operation, string outcome) => _counts.GetValueOrDefault((operation, outcome));

    public IDisposable Listen(LocalService service) => Listen(service.Get<IMeterFactory>());

    public IDisposable Listen(IMeterFactory meters)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (
                    ReferenceEquals(instrument.Meter.Scope, meters)
                    && instrument is { Meter.Name: "PerfKit.FileService", Name: "perfkit.shadow.comparisons" }
                )
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(
            (_, value, tags, _) =>
            {
                var named = tags.ToArray().ToDictionary(static tag => tag.Key, static tag => (string)tag.Value!);
                _counts.AddOrUpdate((named["operation"], named["outcome"]), value, (_, seen) => seen + value);
            }
        );
        listener.Start();
        return listener;
    }
}
