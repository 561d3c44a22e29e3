using System.Threading.RateLimiting;

namespace PerfKit.RateLimit.Internal.Waiting;

/// <summary>Those who wait at one limiter. Everything here is under the limiter's lock.</summary>
internal abstract class WaitQueue(int limit, QueueProcessingOrder order)
{
    /// <summary>Permits that may be waited for. There may be more where the limit was changed: nobody has to go for it.</summary>
    public int Limit { get; private set; } = limit;

    /// <summary>Permits that are waited for.</summary>
    public long Queued { get; protected set; }

    /// <summary>All who wait.</summary>
    public abstract IEnumerable<Waiter> Waiters { get; }

    /// <summary>Whether who comes now may be served before those who wait.</summary>
    public abstract bool MayOvertake { get; }

    /// <summary>Whose turn it is; the same until somebody is added, taken or removed.</summary>
    public abstract Waiter? Next { get; }

    public bool IsEmpty => Next is null;

    protected QueueProcessingOrder Order { get; private set; } = order;

    /// <summary>A queue, or null where nobody may wait.</summary>
    public static WaitQueue? Of(LimitOptions options, bool isFair) =>
        options.QueueLimit == 0 ? null
        : isFair ? new FairQueue(options.QueueLimit, options.QueueOrder)
        : new OrderedQueue(options.QueueLimit, options.QueueOrder);

    /// <summary>Another limit, 0 too, and another order. Those who wait stay.</summary>
    public virtual void Change(int limit, QueueProcessingOrder order)
    {
        Limit = limit;
        Order = order;
    }

    /// <summary>Whether so many permits could wait here, after others were turned away if need be.</summary>
    public abstract bool MayHold(int permits, LimitKey key);

    /// <summary>Who of those that wait for permits must go first when somebody needs the room; removed.</summary>
    public abstract Waiter TurnAway();

    /// <summary>Adds one for whom there is room.</summary>
    public abstract void Add(Waiter waiter);

    /// <summary>Removes one who waits no longer.</summary>
    public abstract void Remove(Waiter waiter);

    /// <summary>Removes <see cref="Next"/>, who gets its permits.</summary>
    public virtual void Take(Waiter waiter) => Remove(waiter);
}
