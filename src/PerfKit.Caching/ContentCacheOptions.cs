namespace PerfKit.Caching;

/// <summary>The bounds of one content cache. The options name is the cache's name.</summary>
public sealed class ContentCacheOptions
{
    internal const long MinCapacityBytes = 64 * 1024;
    internal const long MaxCapacityBytes = 1L << 40;

    /// <summary>Most bytes kept at any moment: 65,536 to 1,099,511,627,776 (2^40), by default 67,108,864 (64 MiB).</summary>
    public long CapacityBytes { get; set; } = 64 << 20;

    /// <summary>
    /// Longest content that is kept, in bytes: 0 to 1,099,511,627,776, by default 1,048,576 (1 MiB). Longer ones pass through.
    /// </summary>
    public long MaxContentBytes { get; set; } = 1 << 20;

    /// <summary>
    /// Most bytes of contents on their way in at a time: 0 to 1,099,511,627,776, by default 33,554,432 (32 MiB). They come on top
    /// of what is kept; contents beyond pass through.
    /// </summary>
    public long MaxFillingBytes { get; set; } = 32 << 20;

    /// <summary>Priority of the cache's account in the memory budget: -1,000 to 1,000, by default 0; lower gives back first.</summary>
    public int Priority { get; set; }

    internal string? Fault(string name)
    {
        var key = name.Length == 0 ? "ContentCacheOptions" : $"ContentCacheOptions '{name}'";
        return Fault(key, "CapacityBytes", CapacityBytes, MinCapacityBytes, MaxCapacityBytes, " bytes")
            ?? Fault(key, "MaxContentBytes", MaxContentBytes, 0, MaxCapacityBytes, " bytes")
            ?? Fault(key, "MaxFillingBytes", MaxFillingBytes, 0, MaxCapacityBytes, " bytes")
            ?? Fault(key, "Priority", Priority, -1_000, 1_000, "");
    }

    private static string? Fault(string key, string name, long value, long least, long most, string unit) =>
        value >= least && value <= most
            ? null
            : FormattableString.Invariant($"{key}: {name} is {value} but must be between {least} and {most}{unit}.");
}
