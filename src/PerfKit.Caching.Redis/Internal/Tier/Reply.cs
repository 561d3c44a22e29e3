using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;

namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>
/// The wait for one command with a deadline, used again and again. It is free when both have left it: the command, which
/// may answer late, and the caller.
/// </summary>
internal sealed class Reply<T> : DeadlineNode, IValueTaskSource<T>
{
    private const int MostKept = 1_024;
    private const int Waiting = 0;
    private const int Ended = 1;
    private static readonly ConcurrentQueue<Reply<T>> Free = new();
    private readonly Action _completed;
    private ManualResetValueTaskSourceCore<T> _core;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _cancellationToken;
    private Deadlines? _deadlines;
    private Task<T>? _command;
    private Wait _wait;
    private int _state;
    private int _users;

    private Reply() => _completed = OnCompleted;

    public static ValueTask<T> Start(
        Deadlines deadlines,
        Task<T> command,
        Wait wait,
        CancellationToken cancellationToken
    )
    {
        var reply = Free.TryDequeue(out var free) ? free : new Reply<T>();
        reply._deadlines = deadlines;
        reply._command = command;
        reply._wait = wait;
        reply._users = 2;
        reply._core.RunContinuationsAsynchronously = false;
        reply._state = Waiting;
        var token = reply._core.Version;
        deadlines.Add(reply, wait.Left);
        if (cancellationToken.CanBeCanceled)
        {
            reply._cancellationToken = cancellationToken;
            reply._cancellation = cancellationToken.UnsafeRegister(static state => ((Reply<T>)state!).Cancel(), reply);
        }

        command.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(reply._completed);
        return new ValueTask<T>(reply, token);
    }

    public override bool TryExpire() => TryEnd();

    public override void Expire()
    {
        _core.RunContinuationsAsynchronously = true; // What the caller does next must not hold up the other deadlines.
        _core.SetException(_wait.Exceeded());
    }

    public T GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Leave();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags
    ) => _core.OnCompleted(continuation, state, token, flags);

    private void Cancel()
    {
        if (TryEnd())
        {
            _core.SetException(new OperationCanceledException(_cancellationToken));
        }
    }

    private void OnCompleted()
    {
        var command = _command!;
        if (!TryEnd())
        {
            if (command.IsCompletedSuccessfully)
            {
                (command.Result as IDisposable)?.Dispose(); // A buffer that nobody waits for any more.
            }
            else
            {
                _ = command.Exception; // Observed: the caller has had its answer.
            }
        }
        else
        {
            _deadlines!.Remove(this);
            if (command.IsCompletedSuccessfully)
            {
                _core.SetResult(command.Result);
            }
            else
            {
                _core.SetException(command.Exception?.InnerException ?? new TaskCanceledException(command));
            }
        }

        Leave();
    }

    private bool TryEnd() => Interlocked.CompareExchange(ref _state, Ended, Waiting) == Waiting;

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) > 0)
        {
            return;
        }

        _cancellation.Dispose(); // Waits for a callback that runs just now, which finds that all has ended.
        _deadlines!.Remove(this);
        _cancellation = default;
        _cancellationToken = default;
        _command = null;
        _core.Reset();
        if (Free.Count < MostKept)
        {
            Free.Enqueue(this);
        }
    }
}
