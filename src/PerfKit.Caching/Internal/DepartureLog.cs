namespace PerfKit.Caching.Internal;

/// <summary>Why an entry is no longer there.</summary>
internal enum Departure
{
    Unknown,
    Evicted,
    Expired,
    Removed,
    TooHeavy,
    NoTime,
    Failed,
    Invalidated,
}

/// <summary>The last departures, so that a missing key can be explained. A ring; guarded by the cache's lock.</summary>
internal sealed class DepartureLog<TKey>(IEqualityComparer<TKey> comparer)
{
    public const int Length = 256;

    private readonly (TKey? Key, Departure Why)[] _ring = new (TKey?, Departure)[Length];
    private int _next;

    public void Add(TKey key, Departure why)
    {
        _ring[_next] = (key, why);
        _next = (_next + 1) % Length;
    }

    public Departure Find(TKey key)
    {
        for (var i = 1; i <= Length; i++)
        {
            var (found, why) = _ring[(_next - i + Length) % Length];
            if (why != Departure.Unknown && comparer.Equals(found!, key))
            {
                return why;
            }
        }

        return Departure.Unknown;
    }

    public void Clear() => Array.Clear(_ring);
}
