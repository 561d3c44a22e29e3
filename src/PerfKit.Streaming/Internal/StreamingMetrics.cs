using System.Diagnostics.Metrics;

namespace PerfKit.Streaming.Internal;

/// <summary>What one store counts. The tag <c>store</c> is the kind of store: local or memory.</summary>
internal sealed class StreamingMetrics
{
    public const string MeterName = "PerfKit.Streaming";

    private static readonly Meter Shared = new(MeterName);

    private readonly Counter<long> _read;
    private readonly Counter<long> _written;
    private readonly Counter<long> _commits;
    private readonly Counter<long> _abandoned;
    private readonly KeyValuePair<string, object?> _store;

    public StreamingMetrics(IMeterFactory? meterFactory, string store)
    {
        var meter = meterFactory?.Create(MeterName) ?? Shared;
        _read = meter.CreateCounter<long>("perfkit.content.read", "By", "Bytes read from content stores.");
        _written = meter.CreateCounter<long>("perfkit.content.written", "By", "Bytes written to content stores.");
        _commits = meter.CreateCounter<long>(
            "perfkit.content.commits",
            "{content}",
            "Contents committed; outcome is stored, or present when the store already held them."
        );
        _abandoned = meter.CreateCounter<long>(
            "perfkit.content.abandoned",
            "{content}",
            "Writers disposed without a commit."
        );
        _store = new("store", store);
    }

    public void Read(int bytes) => _read.Add(bytes, _store);

    public void Written(long bytes) => _written.Add(bytes, _store);

    public void Committed(bool stored) => _commits.Add(1, _store, new("outcome", stored ? "stored" : "present"));

    public void Abandoned() => _abandoned.Add(1, _store);

    /// <summary>What all transfers hold, and how often one was refused.</summary>
    internal sealed class Transfers
    {
        private readonly Counter<long> _refused;

        public Transfers(IMeterFactory? meterFactory, TransferMemory memory)
        {
            var meter = meterFactory?.Create(MeterName) ?? Shared;
            _refused = meter.CreateCounter<long>(
                "perfkit.transfer.refused",
                "{request}",
                "Requests refused because all transfer memory was taken."
            );
            meter.CreateObservableUpDownCounter(
                "perfkit.transfer.used",
                () => memory.UsedBytes,
                "By",
                "Bytes that transfers hold."
            );
        }

        public void Refused() => _refused.Add(1);
    }
}
