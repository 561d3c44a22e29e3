using System.Diagnostics;

namespace PerfKit.Streaming.Internal.Coding;

/// <summary>The kept files in the order of their use, bounded by their bytes. One lock, held for a few steps of pointers.</summary>
internal sealed class VariantIndex(long capacityBytes)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<VariantKey, LinkedListNode<(VariantKey Key, KeptVariant Kept)>> _nodes = [];
    private readonly LinkedList<(VariantKey Key, KeptVariant Kept)> _byUse = []; // The first is the one used last.
    private long _usedBytes;

    public long UsedBytes => Volatile.Read(ref _usedBytes);

    /// <summary>Finds a variant and counts it as used.</summary>
    public bool TryGet(VariantKey key, out KeptVariant kept)
    {
        lock (_lock)
        {
            if (!_nodes.TryGetValue(key, out var node))
            {
                kept = default;
                return false;
            }

            if (node != _byUse.First)
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
            }

            kept = node.Value.Kept;
            return true;
        }
    }

    /// <summary>
    /// Puts a variant first, in the place of an older one of its key. Those used longest ago leave until there is room; one that
    /// is larger than the whole leaves itself.
    /// </summary>
    /// <param name="key">Its key.</param>
    /// <param name="kept">The variant.</param>
    /// <param name="evicted">Takes the keys that left.</param>
    public void Add(VariantKey key, KeptVariant kept, List<VariantKey> evicted)
    {
        lock (_lock)
        {
            Drop(key);
            if (kept.DiskBytes > capacityBytes)
            {
                evicted.Add(key);
                return;
            }

            while (_usedBytes + kept.DiskBytes > capacityBytes)
            {
                var last = _byUse.Last!.Value.Key;
                Drop(last);
                evicted.Add(last);
            }

            _usedBytes += kept.DiskBytes;
            _nodes.Add(key, _byUse.AddFirst((key, kept)));
            Debug.Assert(_usedBytes <= capacityBytes && _nodes.Count == _byUse.Count, "The bound holds.");
        }
    }

    /// <summary>Forgets a variant; false when it was not there or another one has taken its place.</summary>
    public bool Remove(VariantKey key, KeptVariant kept)
    {
        lock (_lock)
        {
            var isThere = _nodes.TryGetValue(key, out var node) && node.Value.Kept == kept;
            if (isThere)
            {
                Drop(key);
            }

            return isThere;
        }
    }

    private void Drop(VariantKey key)
    {
        if (_nodes.Remove(key, out var node))
        {
            _byUse.Remove(node);
            _usedBytes -= node.Value.Kept.DiskBytes;
        }
    }
}
