using System.Buffers;
using System.IO.Pipelines;

namespace PerfKit.Streaming.Internal;

/// <summary>A pump on another thread fills a bounded pipe from the source; this end is that pipe's.</summary>
internal sealed class ReadAheadPipeReader : PipeReader
{
    private readonly PipeReader _source;
    private readonly Pipe _ahead;
    private readonly PipeWriter _destination;
    private readonly Task _pump;

    public ReadAheadPipeReader(PipeReader source, int aheadBytes, MemoryPool<byte> pool, PipeSteps? steps)
    {
        _source = source;
        _ahead = new Pipe(
            new PipeOptions(
                pool,
                pauseWriterThreshold: aheadBytes,
                resumeWriterThreshold: aheadBytes / 2,
                minimumSegmentSize: Math.Min(aheadBytes / 4, Math.Min(pool.MaxBufferSize, 64 * 1024)),
                useSynchronizationContext: false
            )
        );
        _destination = steps is null ? _ahead.Writer : _ahead.Writer.Through(steps);
        _pump = Task.Run(PumpAsync);
    }

    public override bool TryRead(out ReadResult result) => _ahead.Reader.TryRead(out result);

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        _ahead.Reader.ReadAsync(cancellationToken);

    public override void AdvanceTo(SequencePosition consumed) => _ahead.Reader.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) =>
        _ahead.Reader.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => _ahead.Reader.CancelPendingRead();

    /// <summary>Ends the pump; the source is completed by it, soon after.</summary>
    public override void Complete(Exception? exception = null)
    {
        _ahead.Reader.Complete(exception);
        _source.CancelPendingRead();
    }

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        Complete(exception);
        await _pump.ConfigureAwait(false);
    }

    /// <summary>Hands the source's own fault to the reader, who is told by his next read.</summary>
    private async Task PumpAsync()
    {
        Exception? fault = null;
        try
        {
            await _source.SendToAsync(_destination).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            fault = e;
        }

        await _destination.CompleteAsync(fault).ConfigureAwait(false);
        await _source.CompleteAsync().ConfigureAwait(false);
    }
}
