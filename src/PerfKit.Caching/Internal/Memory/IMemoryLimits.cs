namespace PerfKit.Caching.Internal.Memory;

/// <summary>What the process may use, and uses.</summary>
internal interface IMemoryLimits
{
    /// <summary>The smallest of all limits that bind this process, in bytes.</summary>
    long LimitBytes { get; }

    /// <summary>What is in use of what limit, in bytes; null when nothing new is known since the last time.</summary>
    (long UsedBytes, long OfBytes)? ReadLoad();
}
