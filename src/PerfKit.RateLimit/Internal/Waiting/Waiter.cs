using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.RateLimiting;
using System.Threading.Tasks.Sources;

namespace PerfKit.RateLimit.Internal.Waiting;

/// <summary>
/// One that waits for permits. It is decided under its limiter's lock, once, and wakes on the thread pool, where it lets
/// go of the token; the object is used again after its result was taken.
/// </summary>
internal sealed class Waiter : IValueTaskSource<RateLimitLease>, IThreadPoolWorkItem
{
    private const int MostResting = 1_024;

    private static readonly ConcurrentQueue<Waiter> Resting = new();

    private ManualResetValueTaskSourceCore<RateLimitLease> _core;
    private Limiter? _owner;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private RateLimitLease? _lease; // Null when it was cancelled.

    private Waiter() { }

    public int Permits { get; private set; }

    /// <summary>In whose line it stands where each key has one.</summary>
    public LimitKey Key { get; private set; }

    public bool IsDecided { get; private set; }

    public bool IsQueued { get; set; }

    public Waiter? Older { get; set; }

    public Waiter? Newer { get; set; }

    public ValueTask<RateLimitLease> Task => new(this, _core.Version);

    /// <summary>Listens to the token at once, which may decide it before it is queued.</summary>
    public static Waiter Of(Limiter owner, int permits, LimitKey key, CancellationToken token)
    {
        var waiter = Resting.TryDequeue(out var rested) ? rested : new Waiter();
        waiter._owner = owner;
        waiter.Permits = permits;
        waiter.Key = key;
        waiter._token = token;
        waiter._registration = token.UnsafeRegister(
            static it =>
            {
                var cancelled = (Waiter)it!;
                cancelled._owner!.Cancel(cancelled);
            },
            waiter
        );
        return waiter;
    }

    /// <summary>Under the limiter's lock: gives it its lease, or none when it was cancelled.</summary>
    public void Decide(RateLimitLease? lease)
    {
        Debug.Assert(!IsDecided, "A waiter is decided once.");
        IsDecided = true;
        _lease = lease;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        _registration.Dispose(); // Waits for a callback that runs: after this nobody but the caller knows this object.
        if (_lease is null)
        {
            _core.SetException(new TaskCanceledException(null, null, _token));
        }
        else
        {
            _core.SetResult(_lease);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<RateLimitLease>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<RateLimitLease>.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags
    ) => _core.OnCompleted(continuation, state, token, flags);

    RateLimitLease IValueTaskSource<RateLimitLease>.GetResult(short token)
    {
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("A wait for permits was asked for its lease before it had ended.");
        }

        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Release();
        }
    }

    private void Release()
    {
        _core.Reset();
        _owner = null;
        _token = default;
        _registration = default;
        _lease = null;
        IsDecided = false;
        if (Resting.Count < MostResting)
        {
            Resting.Enqueue(this);
        }
    }
}
