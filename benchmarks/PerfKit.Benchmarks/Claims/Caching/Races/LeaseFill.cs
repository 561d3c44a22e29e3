using System.Buffers;
using System.IO.Pipelines;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>A reader of a content that may not be kept: its own source, or the one of whoever came before, answers it.</summary>
internal sealed class LeaseFill
{
    /// <summary>What the filler does next runs within the step that feeds it.</summary>
    private static readonly PipeOptions Inline = new(
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: 0,
        useSynchronizationContext: false
    );

    private readonly int _key;
    private readonly Pipe _source = new(Inline);
    private readonly Pipe _sink = new(Inline);
    private readonly CancellationTokenSource _leaving = new();
    private readonly Task<ContentWriteResult> _reader;
    private int _given;
    private bool _hasEnded;

    public LeaseFill(ContentCache cache, int key)
    {
        _key = key;
        _reader = cache
            .WriteToAsync(
                LeaseCache.Key(key),
                LeaseCache.Bytes(key).Length,
                0,
                null,
                _sink.Writer,
                _source.Reader,
                static (source, _) => new ValueTask<PipeReader>(source),
                _leaving.Token
            )
            .AsTask();
    }

    /// <summary>The next step of the source, or of the reader: some bytes, the rest and the end, a failure, or a departure.</summary>
    public void Go(int how)
    {
        if (_hasEnded)
        {
            return;
        }

        var bytes = LeaseCache.Bytes(_key);
        switch (how)
        {
            case 0:
                _hasEnded = true;
                _source.Writer.Complete(new RaceException());
                break;
            case 1:
                _leaving.Cancel();
                break;
            case < 4:
                Give(bytes.AsSpan(_given, (bytes.Length - _given) / 2));
                break;
            default:
                _hasEnded = true;
                Give(bytes.AsSpan(_given));
                _source.Writer.Complete();
                break;
        }
    }

    /// <summary>Lets the source end; whether the reader got the content, or an end it has to expect.</summary>
    public async ValueTask<bool> EndAsync()
    {
        Go(5);
        try
        {
            await _reader.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return true;
        }
        catch (ContentFillException broken)
        {
            return broken.InnerException is RaceException or OperationCanceledException;
        }

        await _sink.Writer.CompleteAsync();
        var read = await _sink.Reader.ReadAsync();
        return LeaseCache.Is(_key, read.Buffer);
    }

    public override string ToString() => $"content {_key}, {_given} bytes given by its own source";

    private void Give(ReadOnlySpan<byte> bytes)
    {
        _given += bytes.Length;
        _source.Writer.Write(bytes);
        var flush = _source.Writer.FlushAsync();
        _ = flush.IsCompletedSuccessfully
            ? flush.Result
            : throw new InvalidOperationException("A pipe without bound waits.");
    }
}
