using System.Numerics;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Eviction;

/// <summary>What a cache does with its policy, on one thread: to measure the policy alone.</summary>
internal sealed class PolicyCache(EvictionPolicy policy, long capacity)
{
    private readonly Dictionary<int, TestNode> _held = [];

    public IReadOnlyDictionary<int, TestNode> Held => _held;

    public bool Access(int key, long weight = 1)
    {
        if (_held.TryGetValue(key, out var node))
        {
            node.Touch();
            if ((node.Hash & policy.SampleMask) == 0)
            {
                policy.Record(node.Hash);
            }

            return true;
        }

        Put(key, weight);
        return false;
    }

    public void Put(int key, long weight)
    {
        _held.Remove(key, out var old);
        if (old is not null)
        {
            policy.Remove(old);
        }

        while (policy.Weight > capacity - weight)
        {
            var victim = policy.FindVictim(weight, 0);
            policy.Remove(victim);
            _held.Remove(((TestNode)victim).Key);
        }

        var node = new TestNode(Hash(key), weight) { Key = key };
        _held[key] = node;
        if (old is null)
        {
            policy.Add(node);
        }
        else
        {
            policy.Replace(old, node);
        }
    }

    public bool Remove(int key)
    {
        if (!_held.Remove(key, out var node))
        {
            return false;
        }

        policy.Remove(node);
        return true;
    }

    /// <summary>The share of these accesses that hit.</summary>
    public double HitShare(IEnumerable<int> keys)
    {
        var hits = 0;
        var all = 0;
        foreach (var key in keys)
        {
            hits += Access(key) ? 1 : 0;
            all++;
        }

        return (double)hits / all;
    }

    public static uint Hash(int key)
    {
        var mixed = (uint)key * 0x9E37_79B1u;
        mixed = (mixed ^ (mixed >> 15)) * 0x85EB_CA77u;
        return BitOperations.RotateLeft(mixed ^ (mixed >> 13), 7);
    }
}
