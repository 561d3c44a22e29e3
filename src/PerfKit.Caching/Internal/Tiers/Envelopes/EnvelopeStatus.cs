namespace PerfKit.Caching.Internal;

/// <summary>What bytes turned out to be. All but <see cref="Ok"/> are a miss.</summary>
internal enum EnvelopeStatus
{
    /// <summary>The value of this key and type.</summary>
    Ok,

    /// <summary>Written in another format, by a process of another release.</summary>
    OtherVersion,

    /// <summary>The value of another key.</summary>
    OtherKey,

    /// <summary>The value of another type.</summary>
    OtherType,

    /// <summary>No envelope, a damaged one, or one that unpacks to more than is allowed.</summary>
    Broken,
}
