namespace FileService.Commands.Compare;

/// <summary>
/// The way to a storage resource and back, simulated. The runtime's timers may count in steps of 4 ms, so a thread of its
/// own ends the waits: never early, late by about 0.1 ms, in the order they began. How long they really were is measured.
/// </summary>
internal sealed class RoundTrip : IDisposable
{
    private readonly TimeSpan _duration;
    private readonly TimeProvider _clock;
    private readonly Queue<(long Started, TaskCompletionSource Ended)> _waits = new();
    private readonly Thread _thread;
    private bool _isDisposed;
    private long _ticks;
    private long _ended;

    public RoundTrip(TimeSpan duration, TimeProvider clock)
    {
        _duration = duration;
        _clock = clock;
        _thread = new Thread(Pace) { IsBackground = true, Name = "round trips" };
        _thread.Start();
    }

    /// <summary>Off while files are brought in; on while the two sides are measured.</summary>
    public bool IsOn { get; set; }

    /// <summary>The mean of the waits so far, in milliseconds.</summary>
    public double MeanMs
    {
        get
        {
            lock (_waits)
            {
                return _ended == 0 ? 0 : TimeSpan.FromTicks(_ticks).TotalMilliseconds / _ended;
            }
        }
    }

    public Task WaitAsync()
    {
        if (!IsOn || _duration <= TimeSpan.Zero)
        {
            return Task.CompletedTask;
        }

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waits)
        {
            _waits.Enqueue((_clock.GetTimestamp(), ended));
            if (_waits.Count == 1)
            {
                Monitor.Pulse(_waits);
            }
        }

        return ended.Task;
    }

    public void Dispose()
    {
        lock (_waits)
        {
            _isDisposed = true;
            Monitor.Pulse(_waits);
        }

        _thread.Join();
    }

    private void Pace()
    {
        lock (_waits)
        {
            while (!_isDisposed)
            {
                if (!_waits.TryPeek(out var next))
                {
                    Monitor.Wait(_waits);
                    continue;
                }

                var elapsed = _clock.GetElapsedTime(next.Started);
                if (elapsed >= _duration)
                {
                    _ticks += elapsed.Ticks;
                    _ended++;
                    _waits.Dequeue().Ended.SetResult();
                    continue;
                }

                // Waits are whole milliseconds; less than half of one is left to yielding.
                Monitor.Wait(_waits, (int)Math.Round((_duration - elapsed).TotalMilliseconds));
            }

            while (_waits.TryDequeue(out var left))
            {
                left.Ended.SetCanceled();
            }
        }
    }
}
