using System.Diagnostics;

namespace PerfKit.Caching.Internal;

/// <summary>
/// GDSF (Cherkasova, HP Labs 1998): the entry with the fewest reads a weight unit leaves, and the priority it had is what
/// newcomers start from, so that old fame fades. A read is taken into account when its entry comes to the top of the
/// heap, which is soon enough because reads only raise a priority. What was there before comes back as if read once.
/// The newest entries stand beside the heap, and leave only when nothing else is left: a large one would be the next to
/// go, and another writer's entry could push it out before its own writer has read it.
/// </summary>
internal sealed class SizedPolicy(long capacity) : EvictionPolicy
{
    private const int MostSteps = 64; // Entries looked at for one victim: bounds a write when everything was read.
    private const int MostNew = 16; // Beside the heap, one at least.

    private readonly long _newWeight = capacity / 32;
    private readonly NodeQueue _new = new();
    private readonly FrequencySketch _sketch = new();
    private readonly NodeHeap _heap = new();
    private long _heapWeight;
    private double _age;

    public override int Count => _new.Count + _heap.Count;

    public override long Weight => _new.Weight + _heapWeight;

    public override void Add(PolicyNode node)
    {
        _sketch.Reserve(Count + 1);
        node.Frequency = (ushort)Math.Min(2, _sketch.Add(node.Hash, 1));
        AddNew(node);
    }

    public override void Replace(PolicyNode removed, PolicyNode node)
    {
        node.Frequency = removed.Frequency;
        node.Touches = removed.Touches;
        node.Touch();
        AddNew(node);
    }

    public override void Remove(PolicyNode node)
    {
        if (!node.IsMain)
        {
            _new.Remove(node);
            return;
        }

        _heap.Remove(node);
        _heapWeight -= node.Weight;
    }

    public override PolicyNode FindVictim(long incomingWeight, long nowMilliseconds)
    {
        Debug.Assert(Count > 0, "Something must be there to evict.");
        if (_heap.Count == 0)
        {
            return _new.Oldest!;
        }

        for (var steps = MostSteps; ; steps--)
        {
            var (node, priority) = _heap.Least;
            var touches = node.TakeTouches();
            if (touches == 0 || steps == 0 || node.ExpiresAtMilliseconds <= nowMilliseconds)
            {
                _age = Math.Max(_age, priority);
                return node;
            }

            node.Frequency = (ushort)Math.Min(node.Frequency + touches, ushort.MaxValue);
            _heap.Change(node, Priority(node));
        }
    }

    public override void Clear()
    {
        _new.Clear();
        _heap.Clear();
        _sketch.Clear();
        _heapWeight = 0;
        _age = 0;
    }

    private void AddNew(PolicyNode node)
    {
        node.IsMain = false;
        _new.Add(node);
        while (_new.Count > 1 && (_new.Count > MostNew || _new.Weight > _newWeight))
        {
            var old = _new.Oldest!;
            _new.Remove(old);
            old.IsMain = true;
            _heap.Add(old, Priority(old));
            _heapWeight += old.Weight;
        }
    }

    private double Priority(PolicyNode node) => _age + ((double)node.Frequency / node.Weight);
}
