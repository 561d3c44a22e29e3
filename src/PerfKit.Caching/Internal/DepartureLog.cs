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

/// <summary>
/// The last departures, so that a missing key can be explained. A ring; guarded by the cache's lock. By hash, so that it
/// keeps no key alive; a wrong word is as likely as two hashes of 32 bits being equal.
/// </summary>
internal sealed class DepartureLog
{
    public const int Length = 256;

    private readonly (uint Hash, Departure Why)[] _ring = new (uint, Departure)[Length];
    private int _next;

    public void Add(uint hash, Departure why)
    {
        _ring[_next] = (hash, why);
        _next = (_next + 1) % Length;
    }

    public Departure Find(uint hash)
    {
        for (var i = 1; i <= Length; i++)
        {
            var (found, why) = _ring[(_next - i + Length) % Length];
            if (why != Departure.Unknown && found == hash)
            {
                return why;
            }
        }

        return Departure.Unknown;
    }

    public void Clear() => Array.Clear(_ring);
}
