namespace PerfKit.Caching.Internal;

/// <summary>A value that was just made, with its bytes where somebody needs them.</summary>
internal readonly struct MadeValue<T>(T? value, CacheFactoryContext context, PooledWriter? payload) : IDisposable
{
    public T? Value { get; } = value;

    public CacheFactoryContext Context { get; } = context;

    /// <summary>Null for null, for what does not exist, and where nobody needs bytes.</summary>
    public PooledWriter? Payload { get; } = payload;

    /// <summary>How long it is fresh over all tiers, jitter included.</summary>
    public long FreshMilliseconds { get; init; }

    /// <summary>How long it is fresh in this process.</summary>
    public long LocalMilliseconds { get; init; }

    /// <summary>Whether it is to be kept at all.</summary>
    public bool IsKept { get; init; }

    public void Dispose() => Payload?.Dispose();
}
