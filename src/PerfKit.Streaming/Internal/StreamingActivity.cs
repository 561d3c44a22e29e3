using System.Diagnostics;

namespace PerfKit.Streaming.Internal;

/// <summary>Spans of the slow moments: bytes reaching the disk.</summary>
internal static class StreamingActivity
{
    private static readonly ActivitySource Source = new(StreamingMetrics.MeterName);

    public static Activity? Start(string name, long bytes) =>
        Source.StartActivity(name)?.SetTag("perfkit.content.bytes", bytes);
}
