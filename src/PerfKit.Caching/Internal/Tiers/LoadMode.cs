using Microsoft.Extensions.Caching.Hybrid;

namespace PerfKit.Caching.Internal;

/// <summary>Callers that leave out the same things share a load.</summary>
internal static class LoadMode
{
    private const HybridCacheEntryFlags Parting =
        HybridCacheEntryFlags.DisableLocalCacheWrite
        | HybridCacheEntryFlags.DisableDistributedCache
        | HybridCacheEntryFlags.DisableUnderlyingData
        | HybridCacheEntryFlags.DisableCompression;

    public static int Of(in EntryPolicy policy, bool hasFactory) =>
        (int)(policy.Flags & Parting) | (hasFactory ? 0 : (int)HybridCacheEntryFlags.DisableUnderlyingData);
}
