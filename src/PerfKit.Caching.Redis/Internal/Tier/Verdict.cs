namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>What is known of a stored value.</summary>
internal enum Verdict
{
    /// <summary>Nothing of it was removed since its making began.</summary>
    Alive,

    /// <summary>It is of another epoch, removed, or not a value at all.</summary>
    Dead,

    /// <summary>One of its tags may have been removed before this process listened: Redis knows.</summary>
    Unknown,
}
