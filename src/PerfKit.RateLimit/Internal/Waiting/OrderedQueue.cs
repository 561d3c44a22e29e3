using System.Threading.RateLimiting;

namespace PerfKit.RateLimit.Internal.Waiting;

/// <summary>In order of arrival, or the newest first.</summary>
internal sealed class OrderedQueue(int limit, QueueProcessingOrder order) : WaitQueue(limit, order)
{
    private Waiter? _oldest;
    private Waiter? _newest;

    public override bool MayOvertake => Order == QueueProcessingOrder.NewestFirst;

    public override Waiter? Next => MayOvertake ? _newest : _oldest;

    /// <summary>The one who came last.</summary>
    public Waiter? Newest => _newest;

    /// <summary>The one who came first.</summary>
    public Waiter? Oldest => _oldest;

    public override IEnumerable<Waiter> Waiters
    {
        get
        {
            for (var waiter = _oldest; waiter is not null; waiter = waiter.Newer)
            {
                yield return waiter;
            }
        }
    }

    public override bool MayHold(int permits, LimitKey key) =>
        Limit > 0 && permits <= (MayOvertake ? Limit : Limit - Queued);

    public override void Add(Waiter waiter)
    {
        waiter.Older = _newest;
        if (_newest is null)
        {
            _oldest = waiter;
        }
        else
        {
            _newest.Newer = waiter;
        }

        _newest = waiter;
        waiter.IsQueued = true;
        Queued += waiter.Permits;
    }

    public override Waiter TurnAway()
    {
        var oldest = _oldest!;
        Remove(oldest);
        return oldest;
    }

    public override void Remove(Waiter waiter)
    {
        if (waiter.Older is null)
        {
            _oldest = waiter.Newer;
        }
        else
        {
            waiter.Older.Newer = waiter.Newer;
        }

        if (waiter.Newer is null)
        {
            _newest = waiter.Older;
        }
        else
        {
            waiter.Newer.Older = waiter.Older;
        }

        waiter.Older = null;
        waiter.Newer = null;
        waiter.IsQueued = false;
        Queued -= waiter.Permits;
    }
}
