namespace PerfKit.Internal;

/// <summary>A count that many threads raise without meeting: each writes its own cache line, a reader sums them.</summary>
internal sealed class StripedCounter
{
    private const int LineLongs = 16; // 128 bytes: the prefetcher fetches lines in pairs.

    private readonly long[] _cells;
    private readonly int _mask;

    public StripedCounter()
    {
        var stripes = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount);
        _mask = stripes - 1;
        _cells = new long[(stripes + 1) * LineLongs];
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
        var stripe = (Environment.CurrentManagedThreadId & _mask) + 1; // Line 0 holds the array's length.
        Interlocked.Increment(ref _cells[stripe * LineLongs]);
    }
}
