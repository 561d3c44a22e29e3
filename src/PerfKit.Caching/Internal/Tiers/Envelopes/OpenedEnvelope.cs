using System.Buffers;

namespace PerfKit.Caching.Internal;

/// <summary>An envelope that was read. Dispose it once, after the payload was used.</summary>
internal readonly struct OpenedEnvelope(EnvelopeHeader header, ReadOnlySequence<byte> payload, PooledWriter? expanded)
    : IDisposable
{
    public EnvelopeHeader Header { get; } = header;

    /// <summary>The value's bytes, uncompressed: part of the source, or of a pooled buffer that dispose gives back.</summary>
    public ReadOnlySequence<byte> Payload { get; } = payload;

    public void Dispose() => expanded?.Dispose();
}
