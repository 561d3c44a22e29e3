using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// One part of a form, up to the next delimiter; lends slices of what the request's pipe lends. What could be the beginning of a
/// delimiter is held back until more is there.
/// </summary>
internal sealed class PartBody(RequestBody body, byte[] delimiter) : PipeReader
{
    private ReadOnlySequence<byte> _behind; // All that the request's pipe lends now.
    private ReadOnlySequence<byte> _lent; // The part's bytes in it.
    private long _searched; // So many bytes at the front begin no delimiter.
    private bool _endSeen;
    private bool _ended;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_ended)
        {
            return new(new ReadResult(default, isCanceled: false, isCompleted: true));
        }

        var read = body.ReadAsync(cancellationToken);
        if (!read.IsCompletedSuccessfully)
        {
            return WaitAsync(read, cancellationToken);
        }

        return Look(read.Result) is { } result ? new(result) : WaitAsync(null, cancellationToken);
    }

    public override bool TryRead(out ReadResult result)
    {
        result = new ReadResult(default, isCanceled: false, isCompleted: true);
        return _ended || (body.TryRead(out var read) && Found(Look(read), ref result));
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_ended)
        {
            return;
        }

        var taken = _lent.Slice(0, consumed).Length;
        var tookAll = taken == _lent.Length;
        _searched -= taken;
        if (_endSeen && tookAll)
        {
            _ended = true;
            body.AdvanceTo(_behind.GetPosition(delimiter.Length, consumed));
        }
        else
        {
            // Who has seen all that was lent waits for more than was held back.
            var sawAll = !_endSeen && _lent.Slice(examined).IsEmpty;
            body.AdvanceTo(consumed, sawAll ? _behind.End : examined);
        }

        (_behind, _lent) = (default, default);
    }

    public override void CancelPendingRead() => body.CancelPendingRead();

    /// <summary>Does nothing: the form reads on.</summary>
    public override void Complete(Exception? exception = null) { }

    /// <summary>Passes over what was not read, and the delimiter.</summary>
    public async ValueTask SkipAsync(CancellationToken cancellationToken)
    {
        while (!_ended)
        {
            var result = await ReadAsync(cancellationToken).ConfigureAwait(false);
            AdvanceTo(result.Buffer.End);
            if (result.IsCanceled)
            {
                throw new OperationCanceledException("The pending read of the form was cancelled.");
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAsync(ValueTask<ReadResult>? pending, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = pending ?? body.ReadAsync(cancellationToken);
            pending = null;
            if (Look(await read.ConfigureAwait(false)) is { } result)
            {
                return result;
            }
        }
    }

    /// <summary>What of a read is the part's; null when that is nothing yet.</summary>
    private ReadResult? Look(ReadResult read)
    {
        _behind = read.Buffer;
        var found = SequenceSearch.IndexOf(_behind.Slice(_searched), delimiter);
        _endSeen = found >= 0;
        if (!_endSeen && read.IsCompleted)
        {
            body.AdvanceTo(_behind.End);
            throw new ContentTruncatedException(null, body.Received);
        }

        _searched = _endSeen ? _searched + found : Math.Max(_searched, _behind.Length - (delimiter.Length - 1));
        if (_searched == 0 && !_endSeen && !read.IsCanceled)
        {
            body.AdvanceTo(_behind.Start, _behind.End);
            return null;
        }

        _lent = _behind.Slice(0, _searched);
        return new ReadResult(_lent, read.IsCanceled, isCompleted: _endSeen);
    }

    private static bool Found(ReadResult? seen, ref ReadResult result)
    {
        result = seen ?? result;
        return seen is not null;
    }
}
