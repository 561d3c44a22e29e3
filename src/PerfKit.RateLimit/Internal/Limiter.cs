using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.RateLimiting;
using PerfKit.RateLimit.Internal.Leases;
using PerfKit.RateLimit.Internal.Limits;
using PerfKit.RateLimit.Internal.Waiting;

namespace PerfKit.RateLimit.Internal;

/// <summary>
/// One or several limits that are spent together, under one lock, and two ways past it: permits set aside
/// (<see cref="Credit"/>), and a time before which nothing can have come back. See README.md beside this file.
/// </summary>
[DebuggerDisplay("{DebuggerDisplay,nq}")]
internal sealed partial class Limiter : RateLimiter, IHolder
{
    private const int CachedLeases = 64;

    private readonly Limit[] _limits;
    private readonly int _permits;
    private readonly int _mostCredit;
    private readonly bool _isHeld;
    private readonly bool _isTimed;
    private readonly LimitClock _clock;
    private readonly Func<long>? _coarse;
    private readonly Lock _lock = new();
    private readonly Credit? _credit; // Null where nothing is set aside.
    private readonly RefusedLease _refusal; // Of one permit.

    private RefusedLease?[]? _refusals; // Of several, or for want of room to wait.
    private long _deadUntil; // By the coarse clock: before it not one permit is there. 0 when unknown.
    private bool _hasCredit; // Whether to try; not whether it suffices.
    private long _admitted;
    private long _refused;
    private long _refusedQuickly; // Raised without the lock.
    private long _furthest; // The latest reading of the clock yet: all that the limits see.
    private long _behind; // How far the clock has gone back from it.
    private bool _isDisposed;

    public Limiter(Limit[] limits, WaitQueue? queue, LimitClock clock)
    {
        _limits = limits;
        _clock = clock;
        _coarse = clock.Coarse;
        _refusal = new RefusedLease(this, 1, foundNoRoom: false);
        _permits = limits.Min(static it => it.Permits);
        _isHeld = limits.Any(static it => it.IsHeld);
        _isTimed = !limits.All(static it => it.IsHeld);
        _furthest = clock.Now;
        _mostCredit = clock.IsMachine ? Credit.Worthwhile(limits.Min(static it => it.MostCredit)) : 0;
        _credit = _mostCredit > 0 ? new Credit() : null;
        _queue = queue;
    }

    /// <summary>Null while permits are spent or held, or somebody waits; else how long all have been there.</summary>
    public override TimeSpan? IdleDuration
    {
        get
        {
            var now = _clock.Now;
            lock (_lock)
            {
                now = Furthest(now);
                Settle(now);
                var since = 0L;
                foreach (var limit in _limits)
                {
                    if (limit.RestedSince(now) is not { } rested)
                    {
                        return null;
                    }

                    since = Math.Max(since, rested);
                }

                return _queue is null or { IsEmpty: true }
                    ? TimeSpan.FromTicks(Math.Max(0, now - since) / LimitClock.UnitsPerTick)
                    : null;
            }
        }
    }

    private string DebuggerDisplay
    {
        get
        {
            var it = Statistics();
            var state = _isDisposed ? "disposed, " : "";
            return $"{state}{it.CurrentAvailablePermits} of {_permits} permits, {it.CurrentQueuedCount} waited for, {it.TotalSuccessfulLeases} admitted, {it.TotalFailedLeases} refused";
        }
    }

    public override RateLimiterStatistics? GetStatistics()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return Statistics();
    }

    /// <summary>
    /// How long until so many permits are there, and those who come before, as far as the permits reach; null when only a
    /// return brings them.
    /// </summary>
    internal TimeSpan? RetryAfter(int permits)
    {
        var now = _clock.Now;
        lock (_lock)
        {
            now = Furthest(now);
            Settle(now);
            var ahead = permits == 0 || _queue is null or { MayOvertake: true } ? 0 : _queue.Queued;
            var wait = Wait((int)Math.Min(permits + ahead, _permits), now);
            return wait == Limit.UntilReturned ? null : LimitClock.RoundUp(wait);
        }
    }

    void IHolder.Return(int permits, int place)
    {
        var now = _clock.Now;
        lock (_lock)
        {
            now = Furthest(now);
            foreach (var limit in _limits)
            {
                limit.Return(permits, now);
            }

            Serve(now);
        }
    }

    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        if (_deadUntil != 0)
        {
            return RefuseOrDecide(permitCount);
        }

        return _hasCredit && _credit!.TrySpend(permitCount) ? GrantedLease.Shared : Decide(permitCount);
    }

    [SkipLocalsInit]
    private RateLimitLease RefuseOrDecide(int permits)
    {
        if (permits > _permits || (_coarse is null ? CoarseClock.Nanoseconds : _coarse()) >= _deadUntil)
        {
            return Decide(permits);
        }

        Interlocked.Increment(ref _refusedQuickly);
        return permits == 1 ? _refusal : Refusal(permits);
    }

    private RateLimiterStatistics Statistics()
    {
        var now = _clock.Now;
        lock (_lock)
        {
            now = Furthest(now);
            var (spent, leases) = _credit?.Spent() ?? default;
            var available = int.MaxValue;
            foreach (var limit in _limits)
            {
                available = Math.Min(available, limit.Available(now));
            }

            return new RateLimiterStatistics
            {
                CurrentAvailablePermits = Math.Max(0, available - spent),
                CurrentQueuedCount = _queue?.Queued ?? 0,
                TotalSuccessfulLeases = _admitted + leases,
                TotalFailedLeases = _refused + Interlocked.Read(ref _refusedQuickly),
            };
        }
    }

    private RateLimitLease Decide(int permits)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(permits, _permits, "permitCount");
        var now = _clock.Now;
        lock (_lock)
        {
            now = Furthest(now);
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_hasCredit && _credit!.TrySpend(permits))
            {
                return GrantedLease.Shared; // Set aside by another while this one waited for the lock.
            }

            return TrySpend(permits, now) ?? Refuse(permits, now);
        }
    }

    private RateLimitLease? TrySpend(int permits, long now)
    {
        Settle(now);
        if (_queue?.Next is { } next && Wait(next.Permits, now) == 0)
        {
            Serve(now); // Its turn came before the timer saw it.
        }

        var mayPass = permits == 0 || _queue is null || _queue.IsEmpty || _queue.MayOvertake;
        var lease = mayPass && Wait(permits, now) == 0 ? Spend(permits, now) : null;
        SetAside(now);
        return lease;
    }

    private RateLimitLease Spend(int permits, long now)
    {
        _admitted++;
        _deadUntil = 0;
        if (permits == 0)
        {
            return GrantedLease.Shared;
        }

        foreach (var limit in _limits)
        {
            limit.Spend(permits, now);
        }

        return _isHeld ? HeldLease.Of(this, permits) : GrantedLease.Shared;
    }

    private RefusedLease Refuse(int permits, long now, bool foundNoRoom = false)
    {
        _refused++;
        MarkDead(now);
        return Refusal(permits, foundNoRoom && _isHeld);
    }

    private RefusedLease Refusal(int permits, bool foundNoRoom = false)
    {
        if (permits == 1 && !foundNoRoom)
        {
            return _refusal;
        }

        var place = (permits & (CachedLeases - 1)) + (foundNoRoom ? CachedLeases : 0);
        var known = _refusals ??= new RefusedLease?[2 * CachedLeases];
        return known[place] is { } lease && lease.Permits == permits
            ? lease
            : known[place] = new RefusedLease(this, permits, foundNoRoom);
    }

    private long Wait(int permits, long now)
    {
        var longest = 0L;
        foreach (var limit in _limits)
        {
            longest = Math.Max(longest, limit.Wait(permits, now));
        }

        return longest == Limit.UntilReturned ? longest : longest + _behind;
    }

    /// <summary>
    /// What the limits take for now, under the lock. A reading from before the lock may be older than another thread's, so
    /// it is taken anew. One that is older even then comes from a clock that went back: nothing is admitted until it has
    /// caught up, since what came back in the meantime may lie within the same period again.
    /// </summary>
    private long Furthest(long now)
    {
        if (now < _furthest)
        {
            now = _clock.IsMachine ? _furthest : _clock.Now;
        }

        _behind = _isTimed ? Math.Max(0, _furthest - now) : 0;
        return _furthest = Math.Max(_furthest, now);
    }

    /// <summary>Tells the limits what the credit spent, as if it were now: never earlier than it was.</summary>
    private void Settle(long now)
    {
        if (_credit is null)
        {
            return;
        }

        var (spent, leases) = _credit.TakeBack();
        _admitted += leases;
        if (spent != 0)
        {
            foreach (var limit in _limits)
            {
                limit.Spend(spent, now);
            }
        }
    }

    /// <summary>Sets permits aside if all limits have so many: then they stay there until they are spent.</summary>
    private void SetAside(long now)
    {
        if (_credit is null)
        {
            return;
        }

        var may = _queue is null or { IsEmpty: true };
        foreach (var limit in _limits)
        {
            may = may && limit.Available(now) >= _mostCredit;
        }

        if (may)
        {
            _credit.Issue(_mostCredit);
        }

        if (_hasCredit != may)
        {
            _hasCredit = may;
        }
    }

    /// <summary>
    /// Remembers for how long not one permit comes back, less what the coarse clock may lag behind, and at most for ten
    /// seconds, in which two clocks do not drift apart. Limits of held permits never say so: a return is not foreseen.
    /// </summary>
    private void MarkDead(long now)
    {
        const long mostNanoseconds = 10_000_000_000;
        if (!_clock.IsMachine || _isDisposed)
        {
            return;
        }

        var wait = Wait(1, now);
        var sure = Math.Min(wait / LimitClock.UnitsPerNanosecond, mostNanoseconds) - CoarseClock.LagNanoseconds;
        if (wait != Limit.UntilReturned && sure > 0)
        {
            _deadUntil = (_coarse is null ? CoarseClock.Nanoseconds : _coarse()) + sure;
        }
    }
}
