namespace PerfKit.Internal;

/// <summary>
/// A count that many threads raise without meeting: each writes its own cache line, a reader sums them. Threads with low
/// numbers have a cell nobody else writes, and need no locked instruction, which would cost as much as a lookup's hash.
/// </summary>
internal sealed class StripedCounter
{
    private const int LineLongs = 16; // 128 bytes: the prefetcher fetches lines in pairs.
    private const int OwnCells = 64; // By managed thread id, which is another thread's only once its thread has ended.

    private readonly long[] _cells;
    private readonly int _mask;

    public StripedCounter()
    {
        var stripes = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount);
        _mask = stripes - 1;
        _cells = new long[(OwnCells + stripes) * LineLongs];
    }

    /// <summary>Exact; the sum may miss increments that run at the same moment.</summary>
    public long Value
    {
        get
        {
            var sum = 0L;
            for (var i = LineLongs; i < _cells.Length; i += LineLongs)
            {
                sum += Volatile.Read(ref _cells[i]);
            }

            return sum;
        }
    }

    public void Increment()
    {
        var thread = Environment.CurrentManagedThreadId; // From 1; line 0 holds the array's length.
        if ((uint)thread < OwnCells)
        {
            ref var own = ref _cells[thread * LineLongs];
            Volatile.Write(ref own, own + 1);
        }
        else
        {
            Interlocked.Increment(ref _cells[(OwnCells + (thread & _mask)) * LineLongs]);
        }
    }
}
