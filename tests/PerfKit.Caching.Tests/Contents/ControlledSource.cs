using System.IO.Pipelines;

namespace PerfKit.Caching.Tests.Contents;

/// <summary>A source that gives as many bytes as a test wants, when it wants.</summary>
internal sealed class ControlledSource(int id, int length)
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _given;

    public int Opened { get; private set; }

    public CancellationToken Token { get; private set; }

    /// <summary>Ends when the cache has completed its reader.</summary>
    public Task Completed => _completed.Task;

    public ValueTask<PipeReader> Open(CancellationToken cancellationToken)
    {
        Opened++;
        Token = cancellationToken;
        return new ValueTask<PipeReader>(new ReportingReader(_pipe.Reader, _completed));
    }

    public async Task GiveAsync(int count)
    {
        await _pipe.Writer.WriteAsync(TestContent.Bytes(id, length).AsMemory(_given, count));
        _given += count;
    }

    public void End(Exception? fault = null) => _pipe.Writer.Complete(fault);

    private sealed class ReportingReader(PipeReader inner, TaskCompletionSource completed) : PipeReader
    {
        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) =>
            inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null)
        {
            inner.Complete(exception);
            completed.TrySetResult();
        }

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            inner.ReadAsync(cancellationToken);

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);
    }
}
