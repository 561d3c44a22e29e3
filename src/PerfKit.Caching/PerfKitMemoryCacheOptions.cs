namespace PerfKit.Caching;

/// <summary>The bounds of PerfKit's <see cref="Microsoft.Extensions.Caching.Memory.IMemoryCache"/>.</summary>
public sealed class PerfKitMemoryCacheOptions
{
    /// <summary>
    /// Most size held at any moment, in the unit of the entries' <c>Size</c>: 1 to 1,099,511,627,776 (2^40), by default
    /// 10,000. An entry weighs at least 1, so this also bounds their number. An entry above it is not kept.
    /// </summary>
    public long Capacity { get; set; } = 10_000;

    /// <summary>
    /// What an entry without a <c>Size</c> weighs: 1 to <see cref="Capacity"/>, by default 1. Where some code gives sizes
    /// in bytes, give a typical entry's bytes here and bytes as <see cref="Capacity"/>.
    /// </summary>
    public long DefaultEntrySize { get; set; } = 1;

    /// <summary>
    /// Whether an entry made while another one is being made passes its expiration tokens and its absolute expiration on
    /// to it, as <c>MemoryCacheOptions.TrackLinkedCacheEntries</c> does. By default false: it costs an
    /// <see cref="AsyncLocal{T}"/> write for each entry made.
    /// </summary>
    public bool TrackLinkedEntries { get; set; }

    internal string? Fault(string name)
    {
        var key = name.Length == 0 ? "PerfKitMemoryCacheOptions" : $"PerfKitMemoryCacheOptions '{name}'";
        if (Capacity is < 1 or > LocalCacheOptions.MaxCapacity)
        {
            return FormattableString.Invariant(
                $"{key}: Capacity is {Capacity} but must be between 1 and {LocalCacheOptions.MaxCapacity} size units."
            );
        }

        return DefaultEntrySize < 1 || DefaultEntrySize > Capacity
            ? FormattableString.Invariant(
                $"{key}: DefaultEntrySize is {DefaultEntrySize} but must be between 1 and Capacity, which is {Capacity}."
            )
            : null;
    }
}
