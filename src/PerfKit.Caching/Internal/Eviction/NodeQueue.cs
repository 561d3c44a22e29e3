using System.Diagnostics;

namespace PerfKit.Caching.Internal;

/// <summary>Nodes from old to new, linked through themselves, with their weight.</summary>
internal sealed class NodeQueue
{
    private PolicyNode? _newest;

    public PolicyNode? Oldest { get; private set; }

    public long Weight { get; private set; }

    public int Count { get; private set; }

    public void Add(PolicyNode node)
    {
        Debug.Assert(node is { Newer: null, Older: null }, "A node stands in one queue, once.");
        node.Older = _newest;
        if (_newest is null)
        {
            Oldest = node;
        }
        else
        {
            _newest.Newer = node;
        }

        _newest = node;
        Weight += node.Weight;
        Count++;
    }

    public void Remove(PolicyNode node)
    {
        if (node.Newer is null)
        {
            _newest = node.Older;
        }
        else
        {
            node.Newer.Older = node.Older;
        }

        if (node.Older is null)
        {
            Oldest = node.Newer;
        }
        else
        {
            node.Older.Newer = node.Newer;
        }

        node.Newer = null;
        node.Older = null;
        Weight -= node.Weight;
        Count--;
    }

    /// <summary>Adds the hashes that have none of these bits, oldest first.</summary>
    public void Sample(uint mask, List<uint> hashes)
    {
        for (var node = Oldest; node is not null; node = node.Newer)
        {
            if ((node.Hash & mask) == 0)
            {
                hashes.Add(node.Hash);
            }
        }
    }

    public void Clear()
    {
        _newest = null;
        Oldest = null;
        Weight = 0;
        Count = 0;
    }
}
