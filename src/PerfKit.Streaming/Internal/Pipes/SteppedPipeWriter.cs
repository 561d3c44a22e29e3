using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace PerfKit.Streaming.Internal;

/// <summary>Looks at the bytes between Advance and Flush, where they are still in the memory that was lent.</summary>
internal sealed class SteppedPipeWriter(PipeWriter inner, PipeSteps steps) : PipeWriter
{
    private const int PacedBytes = TransferMemory.PlaceBytes;

    private Memory<byte> _lent;
    private PipeWriter? _tee = steps.Tee;
    private long _unpacedBytes;
    private long _passedBytes;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _lent = inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        var passed = _lent.Span[..bytes];
        _lent = _lent[bytes..];
        steps.Hasher?.Append(passed);
        _tee?.Write(passed);
        _unpacedBytes += bytes;
        inner.Advance(bytes);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        _lent = default;
        while (_unpacedBytes > 0)
        {
            var bytes = (int)Math.Min(_unpacedBytes, PacedBytes);
            if (steps.Throttle is { } throttle)
            {
                using var lease = await throttle.AcquireAsync(bytes, cancellationToken).ConfigureAwait(false);
                if (!lease.IsAcquired)
                {
                    throw new IOException($"The throttle refused {bytes} bytes; its queue is full.");
                }
            }

            _unpacedBytes -= bytes;
            _passedBytes += bytes;
        }

        if (_tee is not null && (await _tee.FlushAsync(cancellationToken).ConfigureAwait(false)).IsCompleted)
        {
            await _tee.CompleteAsync().ConfigureAwait(false);
            _tee = null;
        }

        var result = await inner.FlushAsync(cancellationToken).ConfigureAwait(false);
        steps.Progress?.Report(_passedBytes);
        return result;
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        _tee?.Complete(exception);
        inner.Complete(exception);
    }

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        if (_tee is not null)
        {
            await _tee.CompleteAsync(exception).ConfigureAwait(false);
        }

        await inner.CompleteAsync(exception).ConfigureAwait(false);
    }
}
