namespace PerfKit.Caching;

/// <summary>How much memory the process's accounts may hold together.</summary>
public sealed class MemoryBudgetOptions
{
    internal const long MinLimitBytes = 1 << 20;
    internal const long MaxLimitBytes = 1L << 46;

    /// <summary>
    /// The limit in bytes: 1,048,576 (1 MiB) to 70,368,744,177,664 (64 TiB); null (the default) takes
    /// <see cref="LimitFraction"/> of what was detected.
    /// </summary>
    public long? LimitBytes { get; set; }

    /// <summary>
    /// The limit as a share of the smallest of cgroup limits and the GC's own: 0.01 to 0.95, by default 0.5. The rest is
    /// for code that asks nobody.
    /// </summary>
    public double LimitFraction { get; set; } = 0.5;

    /// <summary>
    /// From which share of the detected memory in use on accounts give back although the budget has room: 0.5 to 1, by
    /// default 0.85. 1 never.
    /// </summary>
    public double HighLoadFraction { get; set; } = 0.85;

    /// <summary>
    /// Most memory kept in free blocks for reuse, in bytes: 0 to 70,368,744,177,664, by default 16 MiB. It counts as used.
    /// </summary>
    public long MaxFreeBytes { get; set; } = 16 << 20;

    internal string? Fault()
    {
        if (LimitBytes is < MinLimitBytes or > MaxLimitBytes)
        {
            return Must("LimitBytes", LimitBytes, $"{MinLimitBytes} and {MaxLimitBytes} bytes, or null");
        }

        if (LimitFraction is not (>= 0.01 and <= 0.95))
        {
            return Must("LimitFraction", LimitFraction, "0.01 and 0.95");
        }

        if (HighLoadFraction is not (>= 0.5 and <= 1))
        {
            return Must("HighLoadFraction", HighLoadFraction, "0.5 and 1");
        }

        return MaxFreeBytes is < 0 or > MaxLimitBytes
            ? Must("MaxFreeBytes", MaxFreeBytes, $"0 and {MaxLimitBytes} bytes")
            : null;
    }

    private static string Must(string name, object? value, string range) =>
        FormattableString.Invariant($"MemoryBudgetOptions: {name} is {value} but must be between {range}.");
}
