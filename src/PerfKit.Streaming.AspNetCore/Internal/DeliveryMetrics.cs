using System.Diagnostics.Metrics;

namespace PerfKit.Streaming.Internal;

/// <summary>Counts content answers; one meter for the process, as results are made without services.</summary>
internal static class DeliveryMetrics
{
    private static readonly Meter Meter = new("PerfKit.Streaming.AspNetCore");

    private static readonly Counter<long> Responses = Meter.CreateCounter<long>(
        "perfkit.content.responses",
        "{response}",
        "Content answers by status."
    );

    private static readonly Counter<long> Unfinished = Meter.CreateCounter<long>(
        "perfkit.content.unfinished",
        "{response}",
        "Bodies not sent to their end; reason is left (the reader went) or failed (the content did)."
    );

    public static void Answered(int status) => Responses.Add(1, new KeyValuePair<string, object?>("status", status));

    public static void Left() => Unfinished.Add(1, new KeyValuePair<string, object?>("reason", "left"));

    public static void Failed() => Unfinished.Add(1, new KeyValuePair<string, object?>("reason", "failed"));
}
