using BitFaster.Caching;
using BitFaster.Caching.Lfu;
using BitFaster.Caching.Lru;
using BitFaster.Caching.Scheduler;

namespace PerfKit.Benchmarks.HitRatio.Policies;

/// <summary>BitFaster.Caching from NuGet; the Lfu maintains itself in the foreground, so a run can be repeated.</summary>
internal static class BitFasterCaches
{
    public static int LruHits(KeyStream stream, int capacity) =>
        Hits(stream, new ConcurrentLru<long, int>(1, Math.Max(capacity, 3), EqualityComparer<long>.Default));

    public static int LfuHits(KeyStream stream, int capacity) =>
        Hits(
            stream,
            new ConcurrentLfu<long, int>(
                1,
                Math.Max(capacity, 3),
                new ForegroundScheduler(),
                EqualityComparer<long>.Default
            )
        );

    private static int Hits(KeyStream stream, ICache<long, int> cache)
    {
        var hits = 0;
        foreach (var id in stream.Ids)
        {
            if (cache.TryGet(KeyStream.KeyOf(id), out _))
            {
                hits++;
            }
            else
            {
                cache.AddOrUpdate(KeyStream.KeyOf(id), id);
            }
        }

        return hits;
    }
}
