using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace PerfKit.Streaming.Internal;

/// <summary>Skips, then shows no more than the range; says completed when the rest of the range is in view.</summary>
internal sealed class RangePipeReader(PipeReader source, long offset, long length) : PipeReader
{
    private long _toSkip = offset;
    private long _left = length;
    private ReadOnlySequence<byte> _shown;
    private bool _isReading;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (_left > 0)
        {
            var result = await source.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (TryShow(result, out var shown))
            {
                return shown;
            }
        }

        return new ReadResult(default, isCanceled: false, isCompleted: true);
    }

    public override bool TryRead(out ReadResult result)
    {
        while (_left > 0 && source.TryRead(out var read))
        {
            if (TryShow(read, out result))
            {
                return true;
            }
        }

        result = new ReadResult(default, isCanceled: false, isCompleted: _left == 0);
        return _left == 0;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!_isReading)
        {
            return; // Behind the range: nothing of the source was shown.
        }

        _left -= _shown.Slice(0, consumed).Length;
        _isReading = false;
        source.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => source.CancelPendingRead();

    public override void Complete(Exception? exception = null) => source.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => source.CompleteAsync(exception);

    /// <summary>False when everything that was read lies before the range.</summary>
    private bool TryShow(ReadResult read, out ReadResult shown)
    {
        var bytes = read.Buffer;
        var skipped = Math.Min(_toSkip, bytes.Length);
        _toSkip -= skipped;
        if (_toSkip > 0 && !read.IsCompleted && !read.IsCanceled)
        {
            source.AdvanceTo(bytes.End);
            shown = default;
            return false;
        }

        bytes = bytes.Slice(skipped);
        var isWhole = bytes.Length >= _left;
        _isReading = true;
        _shown = isWhole ? bytes.Slice(0, _left) : bytes;
        shown = new ReadResult(_shown, read.IsCanceled, read.IsCompleted || isWhole);
        return true;
    }
}
