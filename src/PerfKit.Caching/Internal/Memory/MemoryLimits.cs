namespace PerfKit.Caching.Internal.Memory;

/// <summary>The limits of the system under a root folder, normally <c>/</c>, and of the GC.</summary>
internal sealed class MemoryLimits : IMemoryLimits
{
    private readonly MemoryGroup? _group;
    private readonly long _gcLimitBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
    private long _seenCollection = -1;

    public MemoryLimits(string root)
    {
        _group = MemoryGroup.FindTightest(root);
        LimitBytes = Math.Min(_group?.LimitBytes ?? long.MaxValue, _gcLimitBytes);
    }

    public long LimitBytes { get; }

    public (long UsedBytes, long OfBytes)? ReadLoad()
    {
        if (_group is { } group && group.LimitBytes < _gcLimitBytes * 2)
        {
            return group.ReadUsedBytes() is { } used ? (used, group.LimitBytes) : null;
        }

        // The GC looks when it collects, and what it saw stays as it was: acting on it twice would give back twice.
        var seen = GC.GetGCMemoryInfo();
        if (seen.Index == _seenCollection)
        {
            return null;
        }

        _seenCollection = seen.Index;
        return (seen.MemoryLoadBytes, seen.TotalAvailableMemoryBytes);
    }
}
