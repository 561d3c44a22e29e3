namespace PerfKit.Benchmarks.HitRatio.Sized;

/// <summary>
/// Greedy-Dual-Size-Frequency (Cherkasova 1998): evicts the least priority, which is the age (the priority evicted last)
/// plus uses by size; of equals the one used longest ago. Exact, with a heap; uses are counted while resident.
/// </summary>
internal sealed class Gdsf
{
    private readonly PriorityQueue<int, (double Priority, int Time)> _heap = new(); // Also what was raised since.
    private readonly int[] _lastUses; // 0: not resident.
    private readonly int[] _uses;
    private readonly int[] _sizes;
    private readonly long _capacityBytes;
    private long _bytes;
    private double _age;
    private int _time;

    private Gdsf(SizedStream stream, long capacityBytes)
    {
        _lastUses = new int[stream.Keys.Distinct];
        _uses = new int[stream.Keys.Distinct];
        _sizes = stream.Sizes;
        _capacityBytes = capacityBytes;
    }

    public static SizedHits Hits(SizedStream stream, long capacityBytes) =>
        SizedHits.Of(stream, new Gdsf(stream, capacityBytes).Access);

    private bool Access(int id)
    {
        var hit = _lastUses[id] != 0;
        if (!hit)
        {
            if (_sizes[id] > _capacityBytes)
            {
                return false;
            }

            MakeRoom(_sizes[id]);
            _bytes += _sizes[id];
            _uses[id] = 0;
        }

        _lastUses[id] = ++_time;
        _heap.Enqueue(id, (_age + ((double)++_uses[id] / _sizes[id]), _time));
        return hit;
    }

    private void MakeRoom(int size)
    {
        while (_bytes + size > _capacityBytes)
        {
            var found = _heap.TryDequeue(out var id, out var least);
            System.Diagnostics.Debug.Assert(found, "what is resident stands in the heap");
            if (_lastUses[id] == least.Time)
            {
                _age = least.Priority;
                _lastUses[id] = 0;
                _bytes -= _sizes[id];
            }
        }
    }
}
