using System.Threading.RateLimiting;
using PerfKit.RateLimit.Internal.Leases;
using PerfKit.RateLimit.Internal.Limits;
using PerfKit.RateLimit.Internal.Waiting;

namespace PerfKit.RateLimit.Internal;

/// <content>Waiting: a queue under the same lock, and a timer that runs only while somebody stands in it.</content>
internal sealed partial class Limiter
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private WaitQueue? _queue; // Null until somebody may wait, then never again.
    private ITimer? _timer;

    internal void Cancel(Waiter waiter)
    {
        var now = _clock.Now;
        lock (_lock)
        {
            now = Furthest(now);
            if (waiter.IsDecided)
            {
                return;
            }

            if (waiter.IsQueued)
            {
                _queue!.Remove(waiter);
            }

            waiter.Decide(null);
            Serve(now); // It may have stood before others that need less.
        }
    }

    /// <summary>What <c>AcquireAsync</c> does, standing in the key's line where the queue has one for each.</summary>
    internal ValueTask<RateLimitLease> AcquireAsync(int permitCount, LimitKey key, CancellationToken cancellationToken)
    {
        if (_open is { } open && open.TrySpend(permitCount))
        {
            return new(GrantedLease.Shared);
        }

        if (_queue is not { Limit: > 0 } queue)
        {
            var decided = AttemptAcquireCore(permitCount);
            return new(_isHeld && !decided.IsAcquired ? Refusal(permitCount, foundNoRoom: true) : decided);
        }

        var now = _clock.Now;
        lock (_lock)
        {
            now = Furthest(now);
            Check(permitCount);
            if (TrySpend(permitCount, now) is { } lease)
            {
                return new(lease);
            }

            if (!queue.MayHold(permitCount, key))
            {
                return new(Refuse(permitCount, now, foundNoRoom: true));
            }
        }

        return Enqueue(Waiter.Of(this, permitCount, key, cancellationToken));
    }

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(
        int permitCount,
        CancellationToken cancellationToken
    ) => AcquireAsync(permitCount, default, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing)
        {
            return;
        }

        var now = _clock.Now;
        lock (_lock)
        {
            now = Furthest(now);
            _isDisposed = true;
            Settle(now);
            _deadUntil = 0;
            _open = null;
            _timer?.Dispose();
            while (_queue?.Next is { } waiter)
            {
                _queue.Remove(waiter);
                waiter.Decide(Refuse(waiter.Permits, now));
            }
        }
    }

    protected override ValueTask DisposeAsyncCore()
    {
        Dispose(true);
        return base.DisposeAsyncCore();
    }

    private ValueTask<RateLimitLease> Enqueue(Waiter waiter)
    {
        var result = waiter.Task;
        var now = _clock.Now;
        lock (_lock)
        {
            now = Furthest(now);
            if (waiter.IsDecided)
            {
                return result; // Cancelled before it came here.
            }

            var isHopeless = _isDisposed || waiter.Permits > _permits;
            if (isHopeless || !_queue!.MayHold(waiter.Permits, waiter.Key))
            {
                waiter.Decide(Refuse(waiter.Permits, now, foundNoRoom: !isHopeless));
                return result;
            }

            var rest = Math.Max(_queue.Limit, _queue.Queued) - waiter.Permits;
            while (_queue.Queued > rest)
            {
                var other = _queue.TurnAway();
                other.Decide(Refuse(other.Permits, now));
            }

            Settle(now); // Nothing stays aside while somebody waits.
            _queue.Add(waiter);
            Serve(now);
        }

        return result;
    }

    /// <summary>Gives those who wait what is there, in their order, and comes back when the next one's turn is due.</summary>
    private void Serve(long now)
    {
        while (_queue?.Next is { } waiter)
        {
            var wait = Wait(waiter.Permits, now);
            if (wait > 0)
            {
                WakeAfter(wait);
                return;
            }

            _queue.Take(waiter);
            waiter.Decide(Spend(waiter.Permits, now));
        }
    }

    private void WakeAfter(long wait)
    {
        if (wait == Limit.UntilReturned)
        {
            return;
        }

        // The machine's timers count whole milliseconds and would fire too early, again and again.
        var due = _clock.IsMachine
            ? TimeSpan.FromMilliseconds((wait / LimitClock.UnitsPerMillisecond) + 1)
            : LimitClock.RoundUp(wait);
        if (_timer is null)
        {
            using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
            _timer = _clock.Provider.CreateTimer(
                static it => ((Limiter)it!).Wake(),
                this,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan
            );
        }

        _timer.Change(due < LongestTimer ? due : LongestTimer, Timeout.InfiniteTimeSpan);
    }

    private void Wake()
    {
        var now = _clock.Now;
        lock (_lock)
        {
            now = Furthest(now);
            if (!_isDisposed)
            {
                Serve(now);
            }
        }
    }
}
