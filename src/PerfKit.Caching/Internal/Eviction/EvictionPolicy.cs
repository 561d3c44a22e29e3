namespace PerfKit.Caching.Internal;

/// <summary>Decides which entry leaves to make room. Every call is made under the cache's lock.</summary>
internal abstract class EvictionPolicy
{
    /// <summary>No hash is sampled (but zero, which is harmless).</summary>
    public const uint NoSample = uint.MaxValue;

    public abstract int Count { get; }

    public abstract long Weight { get; }

    /// <summary>A read of a hash that has none of these bits is told to <see cref="Record"/>.</summary>
    public virtual uint SampleMask => NoSample;

    /// <summary>Takes in an entry that was not there; room has been made.</summary>
    public abstract void Add(PolicyNode node);

    /// <summary>Takes in an entry in place of one that was just removed, which counts as a read.</summary>
    public abstract void Replace(PolicyNode removed, PolicyNode node);

    public abstract void Remove(PolicyNode node);

    /// <summary>The entry to remove so that one of this weight finds room; there is at least one entry.</summary>
    public abstract PolicyNode FindVictim(long incomingWeight, long nowMilliseconds);

    public abstract void Clear();

    /// <summary>A sampled read, in the order of reads.</summary>
    public virtual void Record(uint hash) { }
}
