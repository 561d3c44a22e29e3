namespace PerfKit.Caching.Internal;

/// <summary>
/// Tells which plan would miss least right now: every plan runs in a small simulation over the same sample of hashes
/// ("Mini-Sim": Einziger, Eytan, Friedman, Manes, Middleware 2018), and misses are forgotten exponentially.
/// </summary>
internal sealed class PlanAdvisor
{
    private const int Entries = 256; // Of a simulation, about; up to twice as many.
    private const int LeastEntries = 32; // A smaller cache cannot be simulated at a smaller scale.
    private const int MemoryInCapacities = 3; // Accesses after which a miss counts 1/e.
    private const double Lead = 0.01; // A plan must miss less by this share of accesses to be chosen over the present one.

    private MiniCache[] _caches = [];
    private int _entries;
    private int _best;
    private double _decay;
    private double _lead;

    /// <summary>A hash is in the sample if it has none of these bits; there is none before simulations run.</summary>
    public uint SampleMask { get; private set; } = EvictionPolicy.NoSample;

    /// <summary>Whether the simulations stand for a full cache of this many entries, or it is too small to have any.</summary>
    public bool Suits(int entries) => entries < LeastEntries || (entries <= 2L * _entries && entries >= _entries / 4);

    /// <summary>
    /// Starts simulations with what the cache holds of the sample, oldest first. They are as large as that, not as its
    /// expected size (SHARDS): a loop that just does not fit the cache must just not fit them.
    /// </summary>
    public void Start(int entries, Func<uint, IReadOnlyList<uint>> held)
    {
        var shift = 0;
        while (entries >> (shift + 1) >= Entries)
        {
            shift++;
        }

        _entries = entries;
        SampleMask = shift == 0 ? 0 : ~0u << (32 - shift);
        var sample = held(SampleMask);
        var capacity = Math.Max(sample.Count, LeastEntries / 2);
        _decay = 1 - (1.0 / (MemoryInCapacities * capacity));
        _lead = Lead * MemoryInCapacities * capacity;
        _caches = [.. RegionPlan.All.Select(plan => new MiniCache(capacity, plan))];
        foreach (var hash in sample)
        {
            Record(hash);
        }
    }

    /// <summary>An access of a hash in the sample; gives the plan to follow, none before simulations run.</summary>
    public RegionPlan? Record(uint hash)
    {
        if (_caches.Length == 0)
        {
            return null;
        }

        var least = 0;
        for (var i = 0; i < _caches.Length; i++)
        {
            _caches[i].Access(hash, _decay);
            if (_caches[i].Misses < _caches[least].Misses)
            {
                least = i;
            }
        }

        if (_caches[_best].Misses - _caches[least].Misses > _lead)
        {
            _best = least;
        }

        return _caches[_best].Plan;
    }

    public void Clear()
    {
        _caches = [];
        _entries = 0;
        _best = 0;
        SampleMask = EvictionPolicy.NoSample;
    }
}
