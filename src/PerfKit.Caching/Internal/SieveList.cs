using System.Diagnostics;

namespace PerfKit.Caching.Internal;

/// <summary>
/// SIEVE (Zhang et al., NSDI 2024): entries stand in the order they came; a read sets a bit; a hand walks from old to
/// new, clears the bits it meets and takes the first entry without one. Every call is made under the cache's lock.
/// </summary>
internal sealed class SieveList<TKey, TValue>
{
    private CacheEntry<TKey, TValue>? _newest;
    private CacheEntry<TKey, TValue>? _oldest;
    private CacheEntry<TKey, TValue>? _hand;

    public int Count { get; private set; }

    public CacheEntry<TKey, TValue>? Oldest => _oldest;

    public void Add(CacheEntry<TKey, TValue> entry)
    {
        Debug.Assert(entry is { Newer: null, Older: null }, "An entry stands in one list, once.");
        entry.Older = _newest;
        if (_newest is null)
        {
            _oldest = entry;
        }
        else
        {
            _newest.Newer = entry;
        }

        _newest = entry;
        Count++;
    }

    public void Remove(CacheEntry<TKey, TValue> entry)
    {
        if (_hand == entry)
        {
            _hand = entry.Newer;
        }

        if (entry.Newer is null)
        {
            _newest = entry.Older;
        }
        else
        {
            entry.Newer.Older = entry.Older;
        }

        if (entry.Older is null)
        {
            _oldest = entry.Newer;
        }
        else
        {
            entry.Older.Newer = entry.Newer;
        }

        entry.Newer = null;
        entry.Older = null;
        Count--;
    }

    /// <summary>The entry to evict next: unread since the hand last passed, or expired.</summary>
    public CacheEntry<TKey, TValue> FindVictim(long nowMilliseconds)
    {
        Debug.Assert(_oldest is not null, "Something must be there to evict.");
        var entry = _hand ?? _oldest;

        // One lap at most: readers may set bits as fast as the hand clears them.
        for (var steps = Count; steps > 0; steps--)
        {
            if (!entry.Visited || entry.ExpiresAtMilliseconds <= nowMilliseconds)
            {
                break;
            }

            entry.Visited = false;
            entry = entry.Newer ?? _oldest;
        }

        _hand = entry;
        return entry;
    }

    public void Clear()
    {
        _newest = null;
        _oldest = null;
        _hand = null;
        Count = 0;
    }
}
