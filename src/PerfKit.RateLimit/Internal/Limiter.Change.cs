using PerfKit.RateLimit.Internal.Leases;
using PerfKit.RateLimit.Internal.Waiting;

namespace PerfKit.RateLimit.Internal;

/// <content>Other limits while others decide and wait, and what was spent in vain.</content>
internal sealed partial class Limiter
{
    /// <summary>
    /// Replaces the limits. Spent permits stay spent, at most as many as the new limit has, and come back by the new one:
    /// in a window or log of the same period at their times, else as if spent now. Held ones stay held, also more than the
    /// new limit has. Those who wait keep their places, also more than the new queue holds; they are served at once when
    /// the change brings them permits, and refused when they wait for more than there ever are.
    /// </summary>
    /// <param name="limits">As many as before, and each held or not as before.</param>
    /// <exception cref="ArgumentException">They are not, or a value lies outside its range; nothing changed.</exception>
    /// <exception cref="ObjectDisposedException">The limiter was disposed.</exception>
    internal void Change(ReadOnlySpan<LimitOptions> limits)
    {
        RateLimiters.Check(limits);
        CheckKinds(limits);
        var now = _clock.Now;
        lock (_lock)
        {
            now = Furthest(now);
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Settle(now); // From here on nothing is aside, until the next decision by the new limits.
            for (var i = 0; i < limits.Length; i++)
            {
                _limits[i] = _limits[i].Changed(limits[i], now);
            }

            Measure();
            _open = null;
            _deadUntil = 0; // Who has read it may refuse once more.
            ChangeQueue(limits[0]);
            RefuseHopeless(now);
            Serve(now);
        }
    }

    /// <summary>
    /// Undoes what was spent then for a request that another limiter refused; as far as it is certain that without it so
    /// many more permits would be there now. It stays counted as admitted. Held permits are given back by their lease.
    /// </summary>
    /// <param name="permits">At most as many as were spent then.</param>
    /// <param name="spentAt">What the decision said.</param>
    internal void GiveBack(int permits, long spentAt)
    {
        var now = _clock.Now;
        lock (_lock)
        {
            now = Furthest(now);
            foreach (var limit in _limits)
            {
                limit.GiveBack(permits, spentAt, now);
            }

            _deadUntil = 0;
            Serve(now);
        }
    }

    private void CheckKinds(ReadOnlySpan<LimitOptions> limits)
    {
        if (limits.Length != _limits.Length)
        {
            throw new ArgumentException(
                $"{limits.Length} limits were given in place of {_limits.Length}, but their number cannot change: make a new limiter.",
                nameof(limits)
            );
        }

        for (var i = 0; i < limits.Length; i++)
        {
            if (_limits[i].IsHeld != (limits[i].Algorithm == LimitAlgorithm.Concurrency))
            {
                throw new ArgumentException(
                    $"Limit {i} is to be {limits[i].Algorithm}, but held permits cannot become others, nor others held: make a new limiter.",
                    nameof(limits)
                );
            }
        }
    }

    /// <summary>What is known of the limits without a look at their state.</summary>
    private void Measure()
    {
        _permits = _limits.Min(static it => it.Permits);
        _mostCredit = _clock.IsMachine ? Credit.Worthwhile(_limits.Min(static it => it.MostCredit)) : 0;
        if (_mostCredit > 0)
        {
            _credit ??= new Credit();
        }
    }

    private void ChangeQueue(LimitOptions options)
    {
        if (_queue is null)
        {
            _queue = WaitQueue.Of(options, _isFair);
        }
        else
        {
            _queue.Change(options.QueueLimit, options.QueueOrder);
        }
    }

    private void RefuseHopeless(long now)
    {
        foreach (var waiter in _queue?.Waiters.Where(it => it.Permits > _permits).ToList() ?? [])
        {
            _queue!.Remove(waiter);
            waiter.Decide(Refuse(waiter.Permits, now));
        }
    }
}
