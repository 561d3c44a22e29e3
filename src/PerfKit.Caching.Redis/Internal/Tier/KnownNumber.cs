namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>How far Redis had come at least, in one epoch. It outlives the view that it was learned with.</summary>
internal sealed class KnownNumber(Epoch epoch)
{
    private long _value;

    public Epoch Epoch { get; } = epoch;

    public long Value => Volatile.Read(ref _value);

    public void Raise(long to) => Raise(ref _value, to);

    public static void Raise(ref long field, long to)
    {
        for (var seen = Volatile.Read(ref field); seen < to; )
        {
            var before = Interlocked.CompareExchange(ref field, to, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
