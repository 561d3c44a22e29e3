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
    private readonly bool _isHeld;
    private readonly bool _isTimed;
    private readonly bool _isFair;
    private readonly LimitClock _clock;
    private readonly Func<long>? _coarse;
    private readonly Lock _lock = new();
    private readonly RefusedLease _refusal; // Of one permit.

    private int _permits;
    private int _mostCredit; // 0 where nothing is set aside.
    private Credit? _credit; // Null until something is.
    private Credit? _open; // The same where it is worth a try without the lock.
    private RefusedLease?[]? _refusals; // Of several, or for want of room to wait.
    private long _deadUntil; // By the coarse clock: before it not one permit is there. 0 when unknown.
    private long _admitted;
    private long _refused;
    private long _refusedQuickly; // Raised without the lock.
    private long _furthest; // The latest reading of the clock yet: all that the limits see.
    private long _behind; // How far the clock has gone back from it.
    private bool _isDisposed;

    public Limiter(ReadOnlySpan<LimitOptions> limits, bool isFair, LimitClock clock)
    {
        _clock = clock;
        _coarse = clock.Coarse;
        _refusal = new RefusedLease(this, 1, foundNoRoom: false);
        _furthest = clock.Now;
        _limits = new Limit[limits.Length];
        for (var i = 0; i < limits.Length; i++)
        {
            _limits[i] = Limit.Create(limits[i], _furthest);
        }

        _isHeld = _limits.Any(static it => it.IsHeld);
        _isTimed = !_limits.All(static it => it.IsHeld);
        _isFair = isFair;
        _queue = WaitQueue.Of(limits[0], isFair);
        Measure();
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
            var wait = permits > _permits ? Limit.UntilReturned : WaitInTurn(permits, now);
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

        return _open is { } open && open.TrySpend(permitCount) ? GrantedLease.Shared : Decide(permitCount);
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
            return new RateLimiterStatistics
            {
                CurrentAvailablePermits = Math.Max(0, Available(now) - spent),
                CurrentQueuedCount = _queue?.Queued ?? 0,
                TotalSuccessfulLeases = _admitted + leases,
                TotalFailedLeases = _refused + Interlocked.Read(ref _refusedQuickly),
            };
        }
    }

    private RateLimitLease Decide(int permits)
    {
        var now = _clock.Now;
        lock (_lock)
        {
            now = Furthest(now);
            Check(permits);
            if (_open is { } open && open.TrySpend(permits))
            {
                return GrantedLease.Shared; // Set aside by another while this one waited for the lock.
            }

            return TrySpend(permits, now) ?? Refuse(permits, now);
        }
    }

    private void Check(int permitCount)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(permitCount, _permits);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
    }

    private RateLimitLease? TrySpend(int permits, long now)
    {
        Update(now);
        var lease = MayPass(permits, now) ? Spend(permits, now) : null;
        SetAside(now);
        return lease;
    }

    /// <summary>Brings the limits and the queue to this time, before anything is decided by them.</summary>
    private void Update(long now)
    {
        Settle(now);
        if (_queue?.Next is { } next && Wait(next.Permits, now) == 0)
        {
            Serve(now); // Its turn came before the timer saw it.
        }
    }

    private bool MayPass(int permits, long now) =>
        (permits == 0 || _queue is null || _queue.IsEmpty || _queue.MayOvertake) && Wait(permits, now) == 0;

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

    /// <summary>The same for who comes now: those who wait are before it, and count as far as the permits reach.</summary>
    private long WaitInTurn(int permits, long now)
    {
        var ahead = permits == 0 || _queue is null or { MayOvertake: true } ? 0 : _queue.Queued;
        return Wait((int)Math.Min(permits + ahead, _permits), now);
    }

    private int Available(long now)
    {
        var available = int.MaxValue;
        foreach (var limit in _limits)
        {
            available = Math.Min(available, limit.Available(now));
        }

        return available;
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
        if (_mostCredit == 0)
        {
            return;
        }

        var open = _queue is null or { IsEmpty: true } && Available(now) >= _mostCredit ? _credit : null;
        open?.Issue(_mostCredit);
        if (_open != open)
        {
            _open = open;
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
