namespace PerfKit.Streaming;

/// <summary>Settings of a <see cref="MemoryContentStore"/>.</summary>
public sealed class MemoryContentStoreOptions
{
    /// <summary>
    /// Most bytes to hold, unfinished contents included. 1 to 1 TiB (2^40); default 256 MiB. What does not fit is refused.
    /// </summary>
    public long CapacityBytes { get; set; } = 256L << 20;

    internal void Validate()
    {
        if (CapacityBytes is < 1 or > 1L << 40)
        {
            throw new ArgumentOutOfRangeException(
                nameof(CapacityBytes),
                CapacityBytes,
                $"MemoryContentStoreOptions.CapacityBytes is {CapacityBytes}; it must be between 1 and {1L << 40} bytes."
            );
        }
    }
}
