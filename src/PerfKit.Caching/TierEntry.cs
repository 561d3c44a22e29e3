using System.Buffers;

namespace PerfKit.Caching;

/// <summary>A value read from a tier, in a buffer that is given back on dispose.</summary>
public abstract class TierEntry : IDisposable
{
    /// <summary>The bytes as they were written, valid until dispose.</summary>
    public abstract ReadOnlySequence<byte> Payload { get; }

    /// <summary>The tags it was written with.</summary>
    public abstract IReadOnlyList<string> Tags { get; }

    /// <summary>Gives the buffer back.</summary>
    public abstract void Dispose();
}
