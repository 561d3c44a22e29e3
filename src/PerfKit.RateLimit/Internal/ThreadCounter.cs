namespace PerfKit.RateLimit.Internal;

/// <summary>
/// A count that each thread raises in memory of its own, without an interlocked instruction. Reading adds up what live
/// and ended threads counted. A counter's place is used again once it is garbage.
/// </summary>
internal sealed class ThreadCounter
{
    private static readonly Lock Registry = new();
    private static readonly List<long[]> Live = [];
    private static readonly Stack<int> Free = [];
    private static long[] _ended = [];
    private static int _places;

    [ThreadStatic]
    private static Cells? _cells;

    private readonly int _place;

    public ThreadCounter()
    {
        lock (Registry)
        {
            if (!Free.TryPop(out _place))
            {
                _place = _places++;
            }
        }
    }

    ~ThreadCounter()
    {
        lock (Registry)
        {
            _ = Take(reset: true);
            Free.Push(_place);
        }
    }

    /// <summary>Exact; may miss what other threads count at the same moment.</summary>
    public long Value
    {
        get
        {
            lock (Registry)
            {
                return Take(reset: false);
            }
        }
    }

    public void Increment()
    {
        var counts = _cells?.Counts;
        if (counts is not null && _place < counts.Length)
        {
            counts[_place]++;
            return;
        }

        Grow();
        _cells!.Counts[_place]++;
    }

    private static long[] Enlarged(long[] counts)
    {
        Array.Resize(ref counts, Math.Max(_places, counts.Length * 2));
        return counts;
    }

    private void Grow()
    {
        lock (Registry)
        {
            var cells = _cells ??= new Cells();
            Live.Remove(cells.Counts);
            cells.Counts = Enlarged(cells.Counts);
            Live.Add(cells.Counts);
        }

        GC.KeepAlive(this);
    }

    private long Take(bool reset)
    {
        var sum = 0L;
        foreach (var counts in Live)
        {
            sum += TakeFrom(counts, reset);
        }

        return sum + TakeFrom(_ended, reset);
    }

    private long TakeFrom(long[] counts, bool reset)
    {
        if (_place >= counts.Length)
        {
            return 0;
        }

        var count = Volatile.Read(ref counts[_place]);
        if (reset)
        {
            counts[_place] = 0;
        }

        return count;
    }

    /// <summary>A thread's counts; collected after the thread's end, when they move to the ended ones.</summary>
    private sealed class Cells
    {
        public long[] Counts = [];

        ~Cells()
        {
            lock (Registry)
            {
                if (_ended.Length < Counts.Length)
                {
                    Array.Resize(ref _ended, Counts.Length);
                }

                for (var place = 0; place < Counts.Length; place++)
                {
                    _ended[place] += Counts[place];
                }

                Live.Remove(Counts);
            }
        }
    }
}
