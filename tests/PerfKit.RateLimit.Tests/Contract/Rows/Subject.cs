using System.Threading.RateLimiting;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.RateLimit.Tests.Contract.Rows;

/// <summary>
/// Makes limiters of one kind for one row, and lets their permits come back: leases are disposed, and a clock of the
/// tests is moved on, or the machine's waited for, where the framework's limiters know no other.
/// </summary>
public sealed class Subject(Kind kind) : IDisposable
{
    /// <summary>For what must end soon.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _clock = new();
    private readonly List<RateLimiter> _made = [];

    public bool IsHeld => kind.IsHeld;

    public bool IsTimed => kind.IsTimed;

    public static void Must(bool holds, string fault)
    {
        if (!holds)
        {
            throw new RowBrokenException(fault);
        }
    }

    public static void Throws<TException>(Action act, string what)
        where TException : Exception
    {
        try
        {
            act();
        }
        catch (Exception thrown)
        {
            Must(thrown is TException, $"{what} throws {thrown.GetType().Name}");
            return;
        }

        Must(false, $"{what} does not throw");
    }

    /// <summary>What a request that must end soon ends with.</summary>
    public static async Task<RateLimitLease> EndOf(Task<RateLimitLease> request, string who)
    {
        try
        {
            return await request.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new RowBrokenException($"{who} still waits");
        }
    }

    public static async Task<RateLimitLease> Granted(Task<RateLimitLease> request, string who)
    {
        var lease = await EndOf(request, who);
        Must(lease.IsAcquired, $"{who} is refused");
        return lease;
    }

    public static async Task Refused(Task<RateLimitLease> request, string who) =>
        Must(!(await EndOf(request, who)).IsAcquired, $"{who} is admitted");

    public static async Task<TaskCanceledException> Cancelled(Task<RateLimitLease> request, string who)
    {
        try
        {
            _ = await EndOf(request, who);
        }
        catch (TaskCanceledException cancelled)
        {
            return cancelled;
        }

        throw new RowBrokenException($"{who} is not cancelled");
    }

    /// <summary>Takes permits that must be there.</summary>
    public static RateLimitLease Take(RateLimiter limiter, int permits)
    {
        var lease = limiter.AttemptAcquire(permits);
        Must(lease.IsAcquired, $"{permits} permits are not there");
        return lease;
    }

    public static Task<RateLimitLease> Ask(
        RateLimiter limiter,
        int permits,
        CancellationToken cancellationToken = default
    ) => limiter.AcquireAsync(permits, cancellationToken).AsTask();

    public static void Available(RateLimiter limiter, long permits)
    {
        var available = limiter.GetStatistics()!.CurrentAvailablePermits;
        Must(available == permits, $"{available} permits are available, not {permits}");
    }

    public static void Queued(RateLimiter limiter, long permits)
    {
        var queued = limiter.GetStatistics()!.CurrentQueuedCount;
        Must(queued == permits, $"{queued} permits are queued, not {permits}");
    }

    public static void Totals(RateLimiter limiter, long successful, long failed)
    {
        var statistics = limiter.GetStatistics()!;
        Must(
            (statistics.TotalSuccessfulLeases, statistics.TotalFailedLeases) == (successful, failed),
            $"{statistics.TotalSuccessfulLeases} leases were successful and {statistics.TotalFailedLeases} failed, not {successful} and {failed}"
        );
    }

    public RateLimiter Create(
        int permits,
        int queueLimit = 0,
        QueueProcessingOrder order = QueueProcessingOrder.OldestFirst
    )
    {
        var limiter = kind.Make(kind.IsOnMachine ? TimeProvider.System : _clock, new Shape(permits, queueLimit, order));
        _made.Add(limiter);
        return limiter;
    }

    /// <summary>Gives leases back where they are held, and lets all spent permits come back where time brings them.</summary>
    public void GiveBack(RateLimiter limiter, params ReadOnlySpan<RateLimitLease> leases)
    {
        foreach (var lease in leases)
        {
            lease.Dispose();
        }

        if (limiter is ReplenishingRateLimiter theirs)
        {
            // Each replenishing moves a sliding window on by one segment.
            var segments = Kind.TheirPeriod / theirs.ReplenishmentPeriod;
            for (var segment = 0; segment < segments; segment++)
            {
                // Because the framework's limiters know the machine's clock alone.
                Thread.Sleep(theirs.ReplenishmentPeriod + TimeSpan.FromMilliseconds(1));
                theirs.TryReplenish();
            }
        }
        else if (IsTimed)
        {
            if (kind.IsOnMachine)
            {
                throw new RowEndsException();
            }

            _clock.Advance(Kind.OurPeriod + (Kind.OurPeriod / 16)); // A sliding window's permits come a 32nd late.
        }
    }

    /// <summary>Lets time pass in which nothing happens.</summary>
    public void Pass()
    {
        if (kind.IsOnMachine)
        {
            Thread.Sleep(2); // Because these limiters know the machine's clock alone.
        }

        _clock.Advance(Kind.OurPeriod / 10);
    }

    public void Dispose() => _made.ForEach(static it => it.Dispose());
}
