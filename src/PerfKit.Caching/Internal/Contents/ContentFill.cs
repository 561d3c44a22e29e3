using System.Diagnostics.CodeAnalysis;

namespace PerfKit.Caching.Internal.Contents;

internal enum FillState
{
    Running,
    Kept,
    Failed,
    Refused,
}

/// <summary>
/// One content on its way in: how many of its bytes are there, and how it ended. Readers are woken on the pool, never on the
/// filler's thread. <see cref="Readers"/> is guarded by the cache's gate, the rest by its own.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A source without timer or parent holds nothing to dispose.")]
internal sealed class ContentFill(long length, long weight)
{
    private readonly Lock _gate = new();

    // Never disposed: a late Cancel must not meet a disposed source.
    private readonly CancellationTokenSource _abandoned = new();
    private TaskCompletionSource? _progress;
    private FillState _state;
    private long _filled;

    public long Length => length;

    public long Weight => weight;

    public int Readers { get; set; }

    public CancellationToken Token => _abandoned.Token;

    /// <summary>Set before the first byte is there; the fill holds a reference until it ended and the last reader went.</summary>
    public Content? Content { get; set; }

    public Exception? Fault { get; private set; }

    public long Filled => Volatile.Read(ref _filled);

    public FillState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    public void Abandon() => _abandoned.Cancel();

    public void Advance(long bytes)
    {
        lock (_gate)
        {
            Volatile.Write(ref _filled, _filled + bytes);
            Wake();
        }
    }

    public void End(FillState state, Exception? fault = null)
    {
        lock (_gate)
        {
            Fault = fault;
            _state = state;
            Wake();
        }
    }

    /// <summary>Waits until there is a byte at this position, or the fill has ended. A position behind the end waits for that.</summary>
    public async ValueTask<FillState> WaitAsync(long position, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task progress;
            lock (_gate)
            {
                if (_state != FillState.Running || _filled > position)
                {
                    return _state;
                }

                _progress ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                progress = _progress.Task;
            }

            await progress.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Wake()
    {
        _progress?.SetResult();
        _progress = null;
    }
}
