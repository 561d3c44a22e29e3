namespace PerfKit.RateLimit.Internal.Waiting;

/// <summary>Those who wait at one limiter. Everything here is under the limiter's lock.</summary>
internal abstract class WaitQueue
{
    /// <summary>Permits that are waited for.</summary>
    public long Queued { get; protected set; }

    /// <summary>Whether who comes now may be served before those who wait.</summary>
    public abstract bool MayOvertake { get; }

    /// <summary>Whose turn it is; the same until somebody is added, taken or removed.</summary>
    public abstract Waiter? Next { get; }

    public bool IsEmpty => Next is null;

    /// <summary>Whether so many permits could wait here, after others were turned away if need be.</summary>
    public abstract bool MayHold(int permits, LimitKey key);

    /// <summary>One who must go so that so many permits find room, if need be; removed.</summary>
    public abstract Waiter? TurnAway(int permits, LimitKey key);

    /// <summary>Adds one for whom there is room.</summary>
    public abstract void Add(Waiter waiter);

    /// <summary>Removes one who waits no longer.</summary>
    public abstract void Remove(Waiter waiter);

    /// <summary>Removes <see cref="Next"/>, who gets its permits.</summary>
    public virtual void Take(Waiter waiter) => Remove(waiter);
}
