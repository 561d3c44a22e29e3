using System.Diagnostics;

namespace PerfKit.Caching.Internal;

/// <summary>A binary heap of nodes, least priority first; a node knows its place, so any can be removed or moved.</summary>
internal sealed class NodeHeap
{
    private (PolicyNode? Node, double Priority)[] _slots = new (PolicyNode?, double)[16];

    public int Count { get; private set; }

    public (PolicyNode Node, double Priority) Least => (_slots[0].Node!, _slots[0].Priority);

    public void Add(PolicyNode node, double priority)
    {
        if (Count == _slots.Length)
        {
            Array.Resize(ref _slots, Count * 2);
        }

        Count++;
        Rise(Count - 1, node, priority);
    }

    public void Remove(PolicyNode node)
    {
        var place = node.Place;
        Debug.Assert(_slots[place].Node == node, "A node is where it says.");
        Count--;
        var (last, priority) = _slots[Count];
        _slots[Count] = default;
        if (place != Count)
        {
            Move(place, last!, priority);
        }
    }

    public void Change(PolicyNode node, double priority) => Move(node.Place, node, priority);

    public void Clear()
    {
        Array.Clear(_slots, 0, Count);
        Count = 0;
    }

    private void Move(int place, PolicyNode node, double priority)
    {
        if (place > 0 && priority < _slots[(place - 1) / 2].Priority)
        {
            Rise(place, node, priority);
        }
        else
        {
            Sink(place, node, priority);
        }
    }

    private void Rise(int place, PolicyNode node, double priority)
    {
        while (place > 0 && priority < _slots[(place - 1) / 2].Priority)
        {
            var parent = (place - 1) / 2;
            Put(place, _slots[parent].Node!, _slots[parent].Priority);
            place = parent;
        }

        Put(place, node, priority);
    }

    private void Sink(int place, PolicyNode node, double priority)
    {
        for (var child = (2 * place) + 1; child < Count; child = (2 * place) + 1)
        {
            if (child + 1 < Count && _slots[child + 1].Priority < _slots[child].Priority)
            {
                child++;
            }

            if (priority <= _slots[child].Priority)
            {
                break;
            }

            Put(place, _slots[child].Node!, _slots[child].Priority);
            place = child;
        }

        Put(place, node, priority);
    }

    private void Put(int place, PolicyNode node, double priority)
    {
        _slots[place] = (node, priority);
        node.Place = place;
    }
}
