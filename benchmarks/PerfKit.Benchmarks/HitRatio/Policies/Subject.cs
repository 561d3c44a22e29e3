using PerfKit.Caching;

namespace PerfKit.Benchmarks.HitRatio.Policies;

/// <summary>What the lab is for: PerfKit's own cache, by its public face. To try a variant, make it here.</summary>
internal static class Subject
{
    public static int Hits(KeyStream stream, int capacity)
    {
        var cache = new LocalCache<long, int>(new LocalCacheOptions { Capacity = capacity });
        var hits = 0;
        foreach (var id in stream.Ids)
        {
            var key = KeyStream.KeyOf(id);
            if (cache.TryGet(key, out _))
            {
                hits++;
            }
            else
            {
                cache.Set(key, id);
            }
        }

        return hits;
    }

    /// <summary>The size-aware cache with a bound in bytes; the value is the size.</summary>
    public static LocalCache<long, int> OfBytes(long capacityBytes) =>
        new(new LocalCacheOptions { Capacity = capacityBytes, SizeAware = true }, static (_, size) => size);
}
