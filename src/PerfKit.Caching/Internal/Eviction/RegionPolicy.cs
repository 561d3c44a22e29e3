using System.Diagnostics;

namespace PerfKit.Caching.Internal;

/// <summary>
/// W-TinyLFU (Einziger, Friedman, Manes, ACM ToS 2017) over queues that readers do not touch: new entries pass a window
/// and are admitted to the main region by frequency. A read only raises a count in its entry; the queues and the sketch
/// learn of it when the entry comes up for eviction (a second chance, as in CLOCK).
/// </summary>
internal sealed class RegionPolicy : EvictionPolicy
{
    private const int MostSteps = 64; // Entries looked at for one victim: bounds a write when everything was read.
    private const int Margin = 1; // A sketch overestimates, so a newcomer must be ahead by more than this.

    private readonly NodeQueue _window = new();
    private readonly NodeQueue _main = new();
    private readonly FrequencySketch _sketch = new();
    private readonly PlanAdvisor? _advisor;
    private RegionPlan _plan;
    private readonly long _capacity;
    private long _windowTarget;

    /// <summary>Follows its advisor; by recency alone while it is too small to have one.</summary>
    public RegionPolicy(long capacity)
        : this(capacity, new RegionPlan(1)) => _advisor = new PlanAdvisor();

    /// <summary>Keeps one plan.</summary>
    public RegionPolicy(long capacity, RegionPlan plan)
    {
        _capacity = capacity;
        Follow(plan);
    }

    public override int Count => _window.Count + _main.Count;

    public override long Weight => _window.Weight + _main.Weight;

    public override uint SampleMask => _advisor?.SampleMask ?? NoSample;

    private bool MainHasRoom => _main.Weight < _capacity - _windowTarget;

    public override void Add(PolicyNode node)
    {
        _sketch.Reserve(Count + 1);
        _sketch.Add(node.Hash, 1);
        node.IsMain = false;
        _window.Add(node);
        if (_window.Weight > _windowTarget && MainHasRoom && _window.Oldest != node)
        {
            Promote(_window.Oldest!); // Not full yet: nothing has to leave for it.
        }

        Record(node.Hash);
    }

    public override void Replace(PolicyNode removed, PolicyNode node)
    {
        node.Touches = removed.Touches;
        node.Touch();
        node.IsMain = removed.IsMain;
        (node.IsMain ? _main : _window).Add(node);
        Record(node.Hash);
    }

    public override void Remove(PolicyNode node) => (node.IsMain ? _main : _window).Remove(node);

    public override PolicyNode FindVictim(long incomingWeight, long nowMilliseconds)
    {
        Debug.Assert(Count > 0, "Something must be there to evict.");
        Advise();
        var steps = MostSteps;
        while (_window.Oldest is { } candidate && (_main.Count == 0 || _window.Weight + incomingWeight > _windowTarget))
        {
            var touches = candidate.TakeTouches();
            if (candidate.ExpiresAtMilliseconds <= nowMilliseconds)
            {
                return candidate;
            }

            var frequency = touches == 0 ? _sketch.Estimate(candidate.Hash) : _sketch.Add(candidate.Hash, touches);
            steps--;
            if (steps > 0 && MainHasRoom && frequency > 1)
            {
                Promote(candidate); // The plan has changed: the main region fills up again, with what came twice.
            }
            else if (steps > 0 && touches > 0)
            {
                SecondChance(candidate);
            }
            else if (_main.Count == 0 || MainHasRoom)
            {
                return candidate;
            }
            else
            {
                return Contest(candidate, frequency, nowMilliseconds);
            }
        }

        return MainVictim(nowMilliseconds, out _);
    }

    public override void Clear()
    {
        _window.Clear();
        _main.Clear();
        _sketch.Clear();
        _advisor?.Clear();
    }

    public override void Record(uint hash)
    {
        if (
            _advisor is not null
            && (hash & _advisor.SampleMask) == 0
            && _advisor.Record(hash) is { } plan
            && plan != _plan
        )
        {
            Follow(plan);
        }
    }

    private void Follow(RegionPlan plan)
    {
        _plan = plan;
        _windowTarget = Math.Max(1, (long)(_capacity * plan.WindowShare));
    }

    /// <summary>Something has to leave: from now on there is something to decide.</summary>
    private void Advise()
    {
        if (_advisor is not null && !_advisor.Suits(Count))
        {
            _advisor.Start(Count, Held);
        }
    }

    private List<uint> Held(uint mask)
    {
        var hashes = new List<uint>();
        _main.Sample(mask, hashes);
        _window.Sample(mask, hashes);
        return hashes;
    }

    private void SecondChance(PolicyNode candidate)
    {
        if (_plan.IsQuick)
        {
            Promote(candidate);
        }
        else
        {
            _window.Remove(candidate);
            _window.Add(candidate);
        }
    }

    /// <summary>Whichever of the two was asked for less leaves.</summary>
    private PolicyNode Contest(PolicyNode candidate, int frequency, long nowMilliseconds)
    {
        var victim = MainVictim(nowMilliseconds, out var victimFrequency);
        if (frequency <= victimFrequency + Margin)
        {
            return candidate;
        }

        Promote(candidate);
        return victim;
    }

    private void Promote(PolicyNode node)
    {
        _window.Remove(node);
        node.IsMain = true;
        _main.Add(node);
    }

    private PolicyNode MainVictim(long nowMilliseconds, out int frequency)
    {
        for (var steps = MostSteps; ; steps--)
        {
            var node = _main.Oldest!;
            var touches = node.TakeTouches();
            if (node.ExpiresAtMilliseconds <= nowMilliseconds)
            {
                frequency = -1 - Margin; // Loses to anything.
                return node;
            }

            frequency = touches == 0 ? _sketch.Estimate(node.Hash) : _sketch.Add(node.Hash, touches);
            if (touches == 0 || steps == 0)
            {
                return node;
            }

            _main.Remove(node);
            _main.Add(node);
        }
    }
}
