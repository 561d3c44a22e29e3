using System.Diagnostics;

namespace PerfKit.Caching.Internal;

/// <summary>What a debugger shows of a cache: its figures and its oldest entries.</summary>
internal sealed class LocalCacheDebugView<TKey, TValue>(LocalCache<TKey, TValue> cache)
    where TKey : notnull
{
    private const int MostEntries = 1_000;

    public LocalCacheStatistics Statistics => cache.GetStatistics();

    [DebuggerBrowsable(DebuggerBrowsableState.RootHidden)]
    public KeyValuePair<TKey, TValue>[] Entries => [.. cache.Snapshot(MostEntries)];
}
