namespace PerfKit.TestKit.Histories;

/// <summary>What a node does in a history of a cache.</summary>
public enum CacheOperationKind
{
    /// <summary>A value is read through the cache.</summary>
    Read,

    /// <summary>The source changes, then the new value is set.</summary>
    Set,

    /// <summary>The source changes, then the key is removed.</summary>
    Remove,

    /// <summary>The source changes, then a tag of the key is removed.</summary>
    RemoveByTag,

    /// <summary>The node is told everything that others have completed by now.</summary>
    Hear,

    /// <summary>The node's connection is cut.</summary>
    Cut,

    /// <summary>It is there again, and the node knows that it has missed something.</summary>
    Connect,
}
