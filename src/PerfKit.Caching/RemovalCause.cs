namespace PerfKit.Caching;

/// <summary>Why a value left a cache.</summary>
public enum RemovalCause
{
    /// <summary>It had to make room.</summary>
    Evicted,

    /// <summary>Its time was over.</summary>
    Expired,

    /// <summary>Another value was put under its key.</summary>
    Replaced,

    /// <summary>It was removed.</summary>
    Removed,

    /// <summary>The cache was cleared.</summary>
    Cleared,

    /// <summary>It was not kept at all: heavier than the whole capacity, or with no time to live.</summary>
    Refused,
}
