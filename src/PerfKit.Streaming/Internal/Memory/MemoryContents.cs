using System.Collections.Concurrent;

namespace PerfKit.Streaming.Internal;

/// <summary>What a memory store holds: bytes, and when a commit of them last happened. Every change is one compare-and-swap.</summary>
internal sealed class MemoryContents(MemoryQuota quota, TimeProvider clock)
{
    private readonly ConcurrentDictionary<ContentHash, Entry> _entries = new();

    public byte[]? Find(ContentHash hash) => _entries.GetValueOrDefault(hash)?.Bytes;

    public IEnumerable<ContentInfo> List(HashRange range, ContentHash? after) =>
        _entries
            .Where(entry => range.Lists(entry.Key, after))
            .OrderBy(static entry => entry.Key)
            .Select(static entry => new ContentInfo(entry.Key, entry.Value.Bytes.Length));

    /// <summary>Adds a content, or renews the time of one that is there; true when it was added.</summary>
    public bool Publish(ContentHash hash, byte[] bytes)
    {
        while (true)
        {
            // The time is read after the entry it replaces, so a later commit never has an earlier time.
            if (!_entries.TryGetValue(hash, out var present))
            {
                if (_entries.TryAdd(hash, new Entry(bytes, clock.GetUtcNow())))
                {
                    return true;
                }
            }
            else if (_entries.TryUpdate(hash, new Entry(present.Bytes, clock.GetUtcNow()), present))
            {
                return false;
            }
        }
    }

    public bool Remove(ContentHash hash, DateTimeOffset? unlessCommittedSince)
    {
        while (_entries.TryGetValue(hash, out var entry))
        {
            if (entry.Committed >= unlessCommittedSince)
            {
                return false;
            }

            if (_entries.TryRemove(new(hash, entry)))
            {
                quota.Return(entry.Bytes.Length);
                return true;
            }
        }

        return false;
    }

    /// <summary>Compared by reference, so that a renewed entry is another one.</summary>
    private sealed class Entry(byte[] bytes, DateTimeOffset committed)
    {
        public byte[] Bytes { get; } = bytes;

        public DateTimeOffset Committed { get; } = committed;
    }
}
