namespace PerfKit.Streaming.Internal;

/// <summary>
/// Watches that a client sends fast enough: in each period of waiting for it, not of work done here. A timer looks once a second
/// and calls <paramref name="interrupt"/> on a read that pends.
/// </summary>
internal sealed class ReceivingPace(TimeProvider clock, int minBytesPerSecond, TimeSpan period, Action interrupt)
    : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private ITimer? _timer; // Made with the first wait: a body that is there already needs none.
    private TimeSpan _waited;
    private long _waitsSince;
    private long _bytesInPeriod;
    private bool _waits;
    private bool _disposed;

    /// <summary>Whether the client was too slow; stays so.</summary>
    public bool Failed { get; private set; }

    public void BeginWait()
    {
        lock (_lock)
        {
            _waitsSince = clock.GetTimestamp();
            _waits = true;
            _timer ??= clock.CreateTimer(static pace => ((ReceivingPace)pace!).Look(), this, Step, Step);
        }
    }

    public void EndWait(long receivedBytes)
    {
        lock (_lock)
        {
            _waits = false;
            _waited += clock.GetElapsedTime(_waitsSince);
            _bytesInPeriod += receivedBytes;
        }
    }

    /// <summary>After this no read is interrupted: the pipe may serve the connection's next request.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _timer?.Dispose();
        }
    }

    private void Look()
    {
        lock (_lock)
        {
            var waited = _waited + (_waits ? clock.GetElapsedTime(_waitsSince) : TimeSpan.Zero);
            if (_disposed || !_waits || waited < period)
            {
                return;
            }

            if (_bytesInPeriod < minBytesPerSecond * waited.TotalSeconds)
            {
                Failed = true;
                interrupt();
                return;
            }

            (_waited, _waitsSince, _bytesInPeriod) = (TimeSpan.Zero, clock.GetTimestamp(), 0);
        }
    }
}
