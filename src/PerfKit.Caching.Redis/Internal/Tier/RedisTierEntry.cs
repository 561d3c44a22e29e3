using System.Buffers;

namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>A value as it came over the wire, in the connection's buffer.</summary>
internal sealed class RedisTierEntry(IDisposable? owner, ReadOnlyMemory<byte> bytes, int payloadAt) : TierEntry
{
    private IDisposable? _owner = owner;
    private ReadOnlyMemory<byte> _bytes = bytes;

    public override ReadOnlySequence<byte> Payload => new(Bytes[payloadAt..]);

    public override IReadOnlyList<string> Tags
    {
        get
        {
            ValueFormat.TryReadTags(Bytes.Span, out var tags, out _);
            return tags.ToTexts();
        }
    }

    /// <summary>What tells this write from every other one.</summary>
    public ReadOnlySpan<byte> Token => Bytes.Span[..ValueFormat.TokenLength];

    public ReadOnlySpan<byte> Head => Bytes.Span[..ValueFormat.HeadLength];

    /// <summary>What its maker knew.</summary>
    public long Sequence => ValueFormat.TryReadHead(Bytes.Span, out _, out var sequence) ? sequence : -1;

    private ReadOnlyMemory<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_bytes.IsEmpty, this);
            return _bytes;
        }
    }

    public override void Dispose()
    {
        _bytes = default;
        Interlocked.Exchange(ref _owner, null)?.Dispose();
    }
}
