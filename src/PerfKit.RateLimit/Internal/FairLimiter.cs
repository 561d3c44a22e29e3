using System.Threading.RateLimiting;

namespace PerfKit.RateLimit.Internal;

/// <summary>One limiter for all keys, whose queue is fair between them.</summary>
internal sealed class FairLimiter<TResource>(Limiter limiter, Func<TResource, LimitKey> keyOf)
    : PartitionedRateLimiter<TResource>
{
    public override RateLimiterStatistics? GetStatistics(TResource resource) => limiter.GetStatistics();

    protected override RateLimitLease AttemptAcquireCore(TResource resource, int permitCount) =>
        limiter.AttemptAcquire(permitCount);

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(
        TResource resource,
        int permitCount,
        CancellationToken cancellationToken
    ) => limiter.AcquireAsync(permitCount, keyOf(resource), cancellationToken);

    protected override void Dispose(bool disposing)
    {
        limiter.Dispose();
        base.Dispose(disposing);
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        await limiter.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsyncCore().ConfigureAwait(false);
    }
}
