using System.IO.Pipelines;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>A pipe that counts how often its reader was completed.</summary>
internal sealed class CountedPipe : PipeReader
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 64 * 1024));
    private int _completions;

    public PipeWriter Writer => _pipe.Writer;

    public int Completions => Volatile.Read(ref _completions);

    public override void AdvanceTo(SequencePosition consumed) => _pipe.Reader.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) =>
        _pipe.Reader.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => _pipe.Reader.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        Interlocked.Increment(ref _completions);
        _pipe.Reader.Complete(exception);
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        _pipe.Reader.ReadAsync(cancellationToken);

    public override bool TryRead(out ReadResult result) => _pipe.Reader.TryRead(out result);

    /// <summary>Writes until the reader is gone.</summary>
    public async Task WriteForeverAsync()
    {
        var block = new byte[16 * 1024];
        while (!(await Writer.WriteAsync(block)).IsCompleted) { }
    }
}
