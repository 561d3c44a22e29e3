namespace PerfKit.Caching.Internal;

/// <summary>What the eviction order knows of an entry: its hash, weight, expiry, place, and how often it was read lately.</summary>
internal abstract class PolicyNode(uint hash, long weight, long expiresAtMilliseconds)
{
    /// <summary>Reads beyond this many since an entry was last looked at are not told apart, and write nothing.</summary>
    public const byte MostTouches = 15;

    public readonly uint Hash = hash;

    /// <summary>Raised by readers without a lock: a lost count is harmless, and a hot entry is not written at all.</summary>
    public byte Touches;

    /// <summary>Whether it stands in the main region; this and what follows is guarded by the cache's lock.</summary>
    public bool IsMain;

    /// <summary>Its expiry moves on with its reads.</summary>
    public bool IsSliding;

    /// <summary>Reads since it came, for the size-aware order.</summary>
    public ushort Frequency;

    /// <summary>Where in the heap of the size-aware order it stands.</summary>
    public int Place;

    public readonly long Weight = weight;
    public PolicyNode? Newer;
    public PolicyNode? Older;

    /// <summary>On the cache's clock; a sliding entry's moves on with its reads.</summary>
    public long ExpiresAtMilliseconds = expiresAtMilliseconds;

    public void Touch()
    {
        if (Touches < MostTouches)
        {
            Touches++;
        }
    }

    /// <summary>Takes the reads since the last look.</summary>
    public int TakeTouches()
    {
        var touches = Touches;
        if (touches != 0)
        {
            Touches = 0;
        }

        return touches;
    }
}
