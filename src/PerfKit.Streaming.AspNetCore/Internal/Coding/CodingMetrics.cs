using System.Diagnostics.Metrics;

namespace PerfKit.Streaming.Internal.Coding;

/// <summary>What the kept codings count, on the package's meter.</summary>
internal sealed class CodingMetrics
{
    private const string MeterName = "PerfKit.Streaming.AspNetCore";

    private static readonly Meter Shared = new(MeterName);

    private readonly Counter<long> _lookups;
    private readonly Counter<long> _source;
    private readonly Counter<long> _coded;
    private readonly Counter<long> _evictions;
    private readonly Counter<long> _failures;

    public CodingMetrics(IMeterFactory? meterFactory)
    {
        var meter = meterFactory?.Create(MeterName) ?? Shared;
        _lookups = meter.CreateCounter<long>(
            "perfkit.coding.lookups",
            "{lookup}",
            "Answers that could be coded; outcome is hit, made, later (identity for now) or unfit (coding does not pay)."
        );
        _source = meter.CreateCounter<long>("perfkit.coding.source", "By", "Bytes of contents that were coded.");
        _coded = meter.CreateCounter<long>("perfkit.coding.coded", "By", "Bytes that coding them gave.");
        _evictions = meter.CreateCounter<long>("perfkit.coding.evictions", "{coding}", "Codings that made room.");
        _failures = meter.CreateCounter<long>(
            "perfkit.coding.failures",
            "{coding}",
            "Codings not made; reason is source (not to be read, or not what it was described as), queue or folder."
        );
    }

    public void Looked(string outcome) => _lookups.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Made(ContentCoding coding, long sourceBytes, long codedBytes)
    {
        var tag = new KeyValuePair<string, object?>("coding", coding.Name());
        _source.Add(sourceBytes, tag);
        _coded.Add(codedBytes, tag);
    }

    public void Evicted(int count)
    {
        if (count > 0)
        {
            _evictions.Add(count);
        }
    }

    public void Failed(string reason) => _failures.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
