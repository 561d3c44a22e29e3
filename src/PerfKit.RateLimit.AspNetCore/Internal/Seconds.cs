namespace PerfKit.RateLimit.Internal;

/// <summary>Times as answers carry them.</summary>
internal static class Seconds
{
    /// <summary>Whole seconds, rounded up, at least one.</summary>
    public static long Up(TimeSpan time) =>
        Math.Max(1, (time.Ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond);
}
