using System.Threading.RateLimiting;

namespace PerfKit.RateLimit.Internal.Waiting;

/// <summary>Those who wait at one limiter, in order of arrival. Everything here is under the limiter's lock.</summary>
internal sealed class WaitQueue(int limit, QueueProcessingOrder order)
{
    private Waiter? _oldest;
    private Waiter? _newest;

    /// <summary>Permits that are waited for.</summary>
    public long Queued { get; private set; }

    public bool IsEmpty => _oldest is null;

    /// <summary>Whether who comes now may be served before those who wait.</summary>
    public bool NewestFirst => order == QueueProcessingOrder.NewestFirst;

    public Waiter? Next => NewestFirst ? _newest : _oldest;

    /// <summary>Whether so many permits could wait here, after others were turned away if need be.</summary>
    public bool MayHold(int permits) => permits <= (NewestFirst ? limit : limit - Queued);

    /// <summary>Adds one that <see cref="MayHold"/> allows.</summary>
    public void Add(Waiter waiter)
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

    /// <summary>The oldest, if it must go so that so many permits find room; removed.</summary>
    public Waiter? TurnAway(int permits)
    {
        if (permits <= limit - Queued || _oldest is not { } oldest)
        {
            return null;
        }

        Remove(oldest);
        return oldest;
    }

    public void Remove(Waiter waiter)
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
