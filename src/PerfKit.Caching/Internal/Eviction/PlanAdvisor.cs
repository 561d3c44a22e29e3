namespace PerfKit.Caching.Internal;

/// <summary>
/// Tells which plan would miss least right now: every plan runs in a small simulation over the same sample of hashes
/// ("Mini-Sim": Einziger, Eytan, Friedman, Manes, Middleware 2018), and misses are forgotten exponentially.
/// </summary>
internal sealed class PlanAdvisor
{
    private const int Entries = 128; // Of a simulation; up to twice as many, and half as many when a cache shrinks.
    private const int LeastEntries = 32; // A smaller cache cannot be simulated at a smaller scale.
    private const int MemoryInCapacities = 10; // Accesses after which a miss counts 1/e.
    private const double Lead = 0.01; // A plan must miss less by this share of accesses to be chosen over the present one.

    private readonly List<uint> _added = []; // The sample, oldest first, until something has to leave the cache.
    private MiniCache[] _caches = [];
    private int _capacity;
    private int _shift;
    private int _best;
    private double _decay;
    private double _lead;

    /// <summary>A hash is in the sample if it has none of these bits; there is none before simulations run.</summary>
    public uint SampleMask { get; private set; } = EvictionPolicy.NoSample;

    private uint Mask => _shift == 0 ? 0 : ~0u << (32 - _shift);

    /// <summary>An entry came while the cache fills: simulations will start with a sample of what it holds.</summary>
    public void Add(uint hash)
    {
        if (_caches.Length == 0 && (hash & Mask) == 0)
        {
            _added.Add(hash);
            if (_added.Count >= 2 * Entries)
            {
                _shift++;
                _added.RemoveAll(added => (added & Mask) != 0);
            }
        }
    }

    /// <summary>Keeps the simulations in proportion to a full cache of this many entries.</summary>
    public void Fit(int entries)
    {
        var capacity = entries >> _shift;
        if (Math.Abs(capacity - _capacity) <= _capacity / 8 || entries < LeastEntries)
        {
            return;
        }

        while (capacity >= 2 * Entries)
        {
            capacity = entries >> ++_shift;
        }

        while (capacity < Entries / 2 && _shift > 0)
        {
            capacity = entries >> --_shift;
        }

        Resize(capacity);
        if (_added.Count > 0)
        {
            _added.ForEach(hash => Record(hash));
            _added.Clear();
            _added.TrimExcess();
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
        _added.Clear();
        _capacity = 0;
        _shift = 0;
        _best = 0;
        SampleMask = EvictionPolicy.NoSample;
    }

    private void Resize(int capacity)
    {
        if (_caches.Length == 0)
        {
            _caches = [.. RegionPlan.All.Select(static plan => new MiniCache(plan))];
        }

        _capacity = capacity;
        _decay = 1 - (1.0 / (MemoryInCapacities * capacity));
        _lead = Lead * MemoryInCapacities * capacity;
        SampleMask = Mask;
        foreach (var cache in _caches)
        {
            cache.Resize(capacity, Mask);
        }
    }
}
