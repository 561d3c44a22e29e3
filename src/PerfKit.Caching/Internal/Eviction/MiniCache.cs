namespace PerfKit.Caching.Internal;

/// <summary>A cache of hashes alone under one plan, to see what it would miss.</summary>
internal sealed class MiniCache(int capacity, RegionPlan plan)
{
    private readonly Dictionary<uint, PolicyNode> _nodes = [];
    private readonly RegionPolicy _policy = new(capacity, plan);

    public RegionPlan Plan => plan;

    /// <summary>Misses, forgotten exponentially.</summary>
    public double Misses { get; private set; }

    public void Access(uint hash, double decay)
    {
        Misses *= decay;
        if (_nodes.TryGetValue(hash, out var node))
        {
            node.Touch();
            return;
        }

        Misses++;
        if (_nodes.Count == capacity)
        {
            var victim = _policy.FindVictim(1, 0);
            _policy.Remove(victim);
            _nodes.Remove(victim.Hash);
        }

        node = new MiniNode(hash);
        _nodes.Add(hash, node);
        _policy.Add(node);
    }

    private sealed class MiniNode(uint hash) : PolicyNode(hash, 1, long.MaxValue);
}
