namespace PerfKit.Caching.Internal;

/// <summary>A cache of hashes alone under one plan, to see what it would miss.</summary>
internal sealed class MiniCache(RegionPlan plan)
{
    private readonly Dictionary<uint, PolicyNode> _nodes = [];
    private readonly RegionPolicy _policy = new(1, plan);

    public RegionPlan Plan => plan;

    /// <summary>Misses, forgotten exponentially.</summary>
    public double Misses { get; private set; }

    /// <summary>Follows a sample that grew or shrank; hashes that left it are dropped.</summary>
    public void Resize(int capacity, uint mask)
    {
        _policy.Capacity = capacity;
        foreach (var node in _nodes.Values.Where(node => (node.Hash & mask) != 0).ToList())
        {
            Drop(node);
        }
    }

    public void Access(uint hash, double decay)
    {
        Misses *= decay;
        if (_nodes.TryGetValue(hash, out var node))
        {
            node.Touch();
            return;
        }

        Misses++;
        while (_nodes.Count >= _policy.Capacity)
        {
            Drop(_policy.FindVictim(1, 0));
        }

        node = new MiniNode(hash);
        _nodes.Add(hash, node);
        _policy.Add(node);
    }

    private void Drop(PolicyNode node)
    {
        _policy.Remove(node);
        _nodes.Remove(node.Hash);
    }

    private sealed class MiniNode(uint hash) : PolicyNode(hash, 1, long.MaxValue);
}
