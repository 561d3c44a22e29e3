using System.Threading.RateLimiting;
using PerfKit.RateLimit.Internal.Limits;

namespace PerfKit.RateLimit.Internal;

/// <content>Decisions that tell more than a lease, and what one would be.</content>
internal sealed partial class Limiter
{
    /// <summary>
    /// Decides as <c>AttemptAcquire</c> does and says what is left, in one lock: not by the ways past it, so it costs a
    /// clock read more than they do. More permits than the limit has are refused without an end: it may have become smaller.
    /// </summary>
    /// <param name="permits">How many; 0 spends nothing and asks whether any is there.</param>
    /// <param name="lease">The lease, acquired or not.</param>
    /// <param name="spentAt">What <see cref="GiveBack"/> needs to undo it.</param>
    /// <returns>The decision; a wait that only a return ends is <see cref="Timeout.InfiniteTimeSpan"/>.</returns>
    internal RateLimitDecision Decide(int permits, out RateLimitLease lease, out long spentAt)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(permits);
        var now = _clock.Now;
        lock (_lock)
        {
            now = Furthest(now);
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Update(now);
            var isAdmitted = permits <= _permits && MayPass(permits, now);
            lease = isAdmitted ? Spend(permits, now) : Refuse(permits, now);
            spentAt = now;
            return Describe(isAdmitted, permits, now);
        }
    }

    /// <summary>What <c>AttemptAcquire</c> would say now. Spends and counts nothing; who waits and may go, goes.</summary>
    internal RateLimitDecision Look(int permits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(permits);
        var now = _clock.Now;
        lock (_lock)
        {
            now = Furthest(now);
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Update(now);
            return Describe(permits <= _permits && MayPass(permits, now), permits, now);
        }
    }

    /// <summary>What is left of each limit and when more comes, as a part of a sentence.</summary>
    internal string Describe()
    {
        var now = _clock.Now;
        lock (_lock)
        {
            now = Furthest(now);
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Update(now);
            var limits = string.Join("; and ", _limits.Select(it => it.Describe(now, _behind)));
            return _queue is { Queued: > 0 and var queued }
                ? FormattableString.Invariant($"{limits}; {queued} waited for")
                : limits;
        }
    }

    private RateLimitDecision Describe(bool isAdmitted, int permits, long now)
    {
        var remaining = MayPass(1, now) ? Available(now) : 0;
        var next = remaining == _permits ? 0 : WaitInTurn(remaining + 1, now);
        var wait =
            isAdmitted ? 0
            : permits > _permits ? Limit.UntilReturned
            : WaitInTurn(permits, now);
        return new(isAdmitted, remaining, Time(wait), Time(next));
    }

    private static TimeSpan Time(long wait) =>
        wait == Limit.UntilReturned ? Timeout.InfiniteTimeSpan : LimitClock.RoundUp(wait);
}
