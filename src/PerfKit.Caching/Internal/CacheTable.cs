using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace PerfKit.Caching.Internal;

/// <summary>
/// The entries and their bound. Reading needs no lock; everything that writes is called under the cache's lock, which
/// keeps dictionary, eviction order and weight equal.
/// </summary>
internal sealed class CacheTable<TKey, TValue>(long capacity)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, CacheEntry<TKey, TValue>> _entries = new(concurrencyLevel: 1, 31);
    private readonly SieveList<TKey, TValue> _order = new();
    private long _evictions;
    private long _weight;
    private long _count;

    public long Capacity => capacity;

    public long Evictions => Volatile.Read(ref _evictions);

    public long Weight => Volatile.Read(ref _weight);

    public long Count => Volatile.Read(ref _count);

    public DepartureLog<TKey> Departures { get; } = new();

    public bool TryFind(TKey key, [NotNullWhen(true)] out CacheEntry<TKey, TValue>? entry) =>
        _entries.TryGetValue(key, out entry);

    /// <summary>Puts an entry that fits, after making room: the bound holds at every moment.</summary>
    public void Insert(CacheEntry<TKey, TValue> entry, long nowMilliseconds)
    {
        Debug.Assert(entry.Weight <= capacity, "A heavier entry is not kept.");
        if (_entries.TryGetValue(entry.Key, out var replaced))
        {
            Drop(replaced);
        }

        while (_weight > capacity - entry.Weight)
        {
            var victim = _order.FindVictim(nowMilliseconds);
            _entries.TryRemove(victim.Key, out _);
            Drop(victim);
            Volatile.Write(ref _evictions, _evictions + 1);
            Departures.Add(victim.Key, Departure.Evicted);
        }

        _order.Add(entry);
        Volatile.Write(ref _weight, _weight + entry.Weight);
        Volatile.Write(ref _count, _order.Count);
        _entries[entry.Key] = entry;
    }

    public bool Remove(TKey key, Departure why, [NotNullWhen(true)] out CacheEntry<TKey, TValue>? entry)
    {
        if (!_entries.TryRemove(key, out entry))
        {
            return false;
        }

        Drop(entry);
        Departures.Add(key, why);
        return true;
    }

    public void Clear()
    {
        _entries.Clear();
        _order.Clear();
        Volatile.Write(ref _weight, 0);
        Volatile.Write(ref _count, 0);
        Departures.Clear();
    }

    /// <summary>A copy of at most <paramref name="most"/> entries, oldest first, for a debugger.</summary>
    public List<KeyValuePair<TKey, TValue>> Snapshot(int most)
    {
        var entries = new List<KeyValuePair<TKey, TValue>>();
        for (var entry = _order.Oldest; entry is not null && entries.Count < most; entry = entry.Newer)
        {
            entries.Add(new(entry.Key, entry.Value));
        }

        return entries;
    }

    private void Drop(CacheEntry<TKey, TValue> entry)
    {
        _order.Remove(entry);
        Volatile.Write(ref _weight, _weight - entry.Weight);
        Volatile.Write(ref _count, _order.Count);
    }
}
