namespace PerfKit.Caching.Internal;

/// <summary>Which entry is being made by the code that runs, through its awaits.</summary>
internal static class LinkedEntries
{
    private static readonly AsyncLocal<MemoryCacheEntry?> Made = new();

    public static MemoryCacheEntry? Current => Made.Value;

    /// <summary>Gives the entry that was being made until now.</summary>
    public static MemoryCacheEntry? Enter(MemoryCacheEntry entry)
    {
        var outer = Made.Value;
        Made.Value = entry;
        return outer;
    }

    public static void Exit(MemoryCacheEntry? outer) => Made.Value = outer;
}
