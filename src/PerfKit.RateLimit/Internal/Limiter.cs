using System.Diagnostics;
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
internal sealed partial class Limiter : RateLimiter
{
    private const int CachedLeases = 64;

    private readonly Limit[] _limits;
    private readonly int _permits;
    private readonly int _mostCredit;
    private readonly bool _isHeld;
    private readonly LimitClock _clock;
    private readonly Lock _lock = new();
    private readonly ThreadCounter _refusedQuickly = new();
    private readonly RefusedLease?[] _refusals = new RefusedLease?[CachedLeases];

    private Credit _credit;
    private long _deadUntil; // Milliseconds of the coarse clock, before which not one permit is there; 0 when unknown.
    private int _issued; // What of the credit's permits the limits do not know yet.
    private long _admitted;
    private long _refused;
    private bool _isDisposed;

    public Limiter(Limit[] limits, int queueLimit, QueueProcessingOrder order, LimitClock clock)
    {
        _limits = limits;
        _clock = clock;
        _permits = limits.Min(static it => it.Permits);
        _isHeld = limits.Any(static it => it.IsHeld);
        _mostCredit = clock.IsMachine ? limits.Min(static it => it.MostCredit) : 0;
        _queue = queueLimit > 0 ? new WaitQueue(queueLimit, order) : null;
    }

    /// <summary>Null while permits are spent or held, or somebody waits; else how long all have been there.</summary>
    public override TimeSpan? IdleDuration
    {
        get
        {
            var now = _clock.Now;
            lock (_lock)
            {
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
            var statistics = GetStatistics()!;
            return $"{statistics.CurrentAvailablePermits} of {_permits} permits, {statistics.CurrentQueuedCount} waited for, {statistics.TotalSuccessfulLeases} admitted, {statistics.TotalFailedLeases} refused";
        }
    }

    public override RateLimiterStatistics? GetStatistics()
    {
        var now = _clock.Now;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var (left, leases) = _credit.Content;
            var available = int.MaxValue;
            foreach (var limit in _limits)
            {
                available = Math.Min(available, limit.Available(now));
            }

            return new RateLimiterStatistics
            {
                CurrentAvailablePermits = Math.Max(0, available - (_issued - left)),
                CurrentQueuedCount = _queue?.Queued ?? 0,
                TotalSuccessfulLeases = _admitted + leases,
                TotalFailedLeases = _refused + _refusedQuickly.Value,
            };
        }
    }

    /// <summary>How long until so many permits are there; null when only a return brings them.</summary>
    internal TimeSpan? RetryAfter(int permits)
    {
        var now = _clock.Now;
        lock (_lock)
        {
            Settle(now);
            var wait = Wait(permits, now);
            return wait == Limit.UntilReturned ? null : LimitClock.RoundUp(wait);
        }
    }

    internal void Return(int permits)
    {
        var now = _clock.Now;
        lock (_lock)
        {
            foreach (var limit in _limits)
            {
                limit.Return(permits, now);
            }

            Serve(now);
        }
    }

    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        if (_credit.TrySpend(permitCount))
        {
            return GrantedLease.Shared;
        }

        return IsDead(permitCount) ? RefuseQuickly(permitCount) : Decide(permitCount);
    }

    private bool IsDead(int permits)
    {
        var until = Volatile.Read(ref _deadUntil);
#pragma warning disable RS0030 // Because a coarse clock is what is wanted here; it is used with the machine's clock alone.
        return until != 0 && Environment.TickCount64 < until && permits <= _permits;
#pragma warning restore RS0030
    }

    private RefusedLease RefuseQuickly(int permits)
    {
        _refusedQuickly.Increment();
        return Refusal(permits);
    }

    private RateLimitLease Decide(int permits)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(permits, _permits, "permitCount");
        var now = _clock.Now;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return TrySpend(permits, now) ?? Refuse(permits, now);
        }
    }

    private RateLimitLease? TrySpend(int permits, long now)
    {
        Settle(now);
        var mayPass = _queue is null || _queue.IsEmpty || _queue.NewestFirst;
        var lease = mayPass && Wait(permits, now) == 0 ? Spend(permits, now) : null;
        SetAside(now);
        return lease;
    }

    private RateLimitLease Spend(int permits, long now)
    {
        _admitted++;
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

    private RefusedLease Refuse(int permits, long now)
    {
        _refused++;
        MarkDead(now);
        return Refusal(permits);
    }

    private RefusedLease Refusal(int permits)
    {
        ref var cached = ref _refusals[permits & (CachedLeases - 1)];
        var lease = Volatile.Read(ref cached);
        if (lease is null || lease.Permits != permits)
        {
            lease = new RefusedLease(this, permits);
            Volatile.Write(ref cached, lease);
        }

        return lease;
    }

    private long Wait(int permits, long now)
    {
        var longest = 0L;
        foreach (var limit in _limits)
        {
            longest = Math.Max(longest, limit.Wait(permits, now));
        }

        return longest;
    }

    /// <summary>Tells the limits what the credit spent, as if it were now: never earlier than it was.</summary>
    private void Settle(long now)
    {
        if (_mostCredit == 0)
        {
            return;
        }

        var (left, leases) = _credit.TakeBack();
        _admitted += leases;
        var spent = _issued - left;
        _issued = 0;
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
        if (_mostCredit == 0 || _isDisposed || _queue is { IsEmpty: false })
        {
            return;
        }

        foreach (var limit in _limits)
        {
            if (limit.Available(now) < _mostCredit)
            {
                return;
            }
        }

        _issued = _mostCredit;
        _credit.Add(_mostCredit);
    }

    /// <summary>
    /// Remembers for how long not one permit comes back, less what the coarse clock may lag behind, and at most for ten
    /// seconds, in which two clocks do not drift apart. Limits of held permits never say so: a return is not foreseen.
    /// </summary>
    private void MarkDead(long now)
    {
        const long lagMilliseconds = 20;
        const long mostMilliseconds = 10_000;
        if (!_clock.IsMachine)
        {
            return;
        }

        var wait = Wait(1, now);
        var milliseconds = Math.Min(wait / LimitClock.UnitsPerMillisecond, mostMilliseconds) - lagMilliseconds;
        if (wait != Limit.UntilReturned && milliseconds > 0)
        {
#pragma warning disable RS0030 // Because a coarse clock is what is wanted here.
            Volatile.Write(ref _deadUntil, Environment.TickCount64 + milliseconds);
#pragma warning restore RS0030
        }
    }
}
