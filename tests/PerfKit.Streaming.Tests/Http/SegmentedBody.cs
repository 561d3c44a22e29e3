using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>A request body that comes in segments cut anywhere, one more with each read that asks for more.</summary>
internal sealed class SegmentedBody(ReadOnlyMemory<byte> bytes, int firstBytes, int segmentBytes)
    : PipeReader,
        IRequestBodyPipeFeature
{
    private ReadOnlySequence<byte> _left = LentSegments.Of(bytes, firstBytes, segmentBytes);
    private long _shown = Math.Min(firstBytes, bytes.Length);

    public PipeReader Reader => this;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => new(Shown());

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var sawAll = _left.Slice(0, examined).Length == _shown;
        _shown -= _left.Slice(0, consumed).Length;
        _left = _left.Slice(consumed);
        _shown = sawAll ? Math.Min(_shown + segmentBytes, _left.Length) : _shown;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override bool TryRead(out ReadResult result)
    {
        result = Shown();
        return true;
    }

    public override void CancelPendingRead() { }

    public override void Complete(Exception? exception = null) { }

    private ReadResult Shown() => new(_left.Slice(0, _shown), isCanceled: false, isCompleted: _shown == _left.Length);
}
