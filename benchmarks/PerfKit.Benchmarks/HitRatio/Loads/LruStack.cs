namespace PerfKit.Benchmarks.HitRatio.Loads;

/// <summary>
/// Objects in the order of their last use, found by depth in O(log n): a Fenwick tree counts the last uses over time.
/// </summary>
internal sealed class LruStack(int most)
{
    private readonly int[] _counts = new int[most + 1]; // Fenwick tree over the times of use, 1-based.
    private readonly int[] _atTime = new int[most + 1];
    private readonly int _top = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)most + 1);
    private int _time;

    public int Count { get; private set; }

    /// <summary>Uses a new object, which lies on top then.</summary>
    public void Push(int id)
    {
        _atTime[++_time] = id;
        Add(_time, 1);
        Count++;
    }

    /// <summary>Uses again what lies at a depth (0 is on top).</summary>
    public int Touch(int depth)
    {
        var time = TimeOf(Count - depth);
        Add(time, -1);
        Count--;
        Push(_atTime[time]);
        return _atTime[time];
    }

    /// <summary>The time of the n-th oldest last use, n from 1.</summary>
    private int TimeOf(int n)
    {
        var time = 0;
        for (var step = _top; step > 0; step >>= 1)
        {
            if (time + step < _counts.Length && _counts[time + step] < n)
            {
                time += step;
                n -= _counts[time];
            }
        }

        return time + 1;
    }

    private void Add(int time, int difference)
    {
        for (; time < _counts.Length; time += time & -time)
        {
            _counts[time] += difference;
        }
    }
}
