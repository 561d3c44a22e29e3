using System.Diagnostics;

namespace PerfKit.Caching.Internal;

/// <summary>
/// GDSF (Cherkasova, HP Labs 1998): the entry with the fewest reads a weight unit leaves, and the priority it had is what
/// newcomers start from, so that old fame fades. A read is taken into account when its entry comes to the top of the
/// heap, which is soon enough because reads only raise a priority. What was there before comes back as if read once.
/// </summary>
internal sealed class SizedPolicy : EvictionPolicy
{
    private const int MostSteps = 64; // Entries looked at for one victim: bounds a write when everything was read.

    private readonly FrequencySketch _sketch = new();
    private readonly NodeHeap _heap = new();
    private long _weight;
    private double _age;

    public override int Count => _heap.Count;

    public override long Weight => _weight;

    public override void Add(PolicyNode node)
    {
        _sketch.Reserve(Count + 1);
        node.Frequency = (ushort)Math.Min(2, _sketch.Add(node.Hash, 1));
        Enter(node);
    }

    public override void Replace(PolicyNode removed, PolicyNode node)
    {
        node.Frequency = removed.Frequency;
        node.Touches = removed.Touches;
        node.Touch();
        Enter(node);
    }

    public override void Remove(PolicyNode node)
    {
        _heap.Remove(node);
        _weight -= node.Weight;
    }

    public override PolicyNode FindVictim(long incomingWeight, long nowMilliseconds)
    {
        Debug.Assert(Count > 0, "Something must be there to evict.");
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
        _heap.Clear();
        _sketch.Clear();
        _weight = 0;
        _age = 0;
    }

    private void Enter(PolicyNode node)
    {
        _heap.Add(node, Priority(node));
        _weight += node.Weight;
    }

    private double Priority(PolicyNode node) => _age + ((double)node.Frequency / node.Weight);
}
