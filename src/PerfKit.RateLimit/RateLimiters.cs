using System.Threading.RateLimiting;
using PerfKit.RateLimit.Internal;

namespace PerfKit.RateLimit;

/// <summary>Makes limiters that refill when they are asked: no timer runs while nobody waits.</summary>
public static class RateLimiters
{
    internal const int MaxLimits = 16;

    /// <summary>
    /// Makes a limiter of one limit, or of several that are spent together: a request is admitted when all of them admit
    /// it, and a refused one has spent nothing anywhere.
    /// </summary>
    /// <remarks>
    /// A decision allocates nothing. A refused lease carries <c>MetadataName.RetryAfter</c>: the time from now until the
    /// permits are there if nobody else spends, never too short, where those who wait before it are counted as far as the
    /// permits of the limit reach; a refusal for want of held permits has none, and says in
    /// <c>MetadataName.ReasonPhrase</c> when there was no room to wait for them. Permits of
    /// time-based limits are spent for good; of <see cref="LimitAlgorithm.Concurrency"/> the lease gives them back.
    /// Lease objects of held permits are used again after 1,024 others were given back. On the machine's clock, token buckets
    /// of more than 4,096 permits set a few aside, at most a 1,024th and what a millisecond brings: by so many they may be
    /// strict, never lax.
    /// </remarks>
    /// <param name="limits">The limits, 1 to 16, read once.</param>
    /// <returns>The limiter, with all permits there.</returns>
    /// <exception cref="ArgumentException">A value lies outside its range, or there is no limit, or too many.</exception>
    public static RateLimiter Create(params ReadOnlySpan<LimitOptions> limits) => Create(TimeProvider.System, limits);

    /// <summary>The same on another clock. It may stand still, and nothing refills; or go back, and nothing is admitted until it has caught up.</summary>
    /// <param name="clock">The clock and its timers.</param>
    /// <param name="limits">The limits, 1 to 16, read once.</param>
    /// <returns>The limiter, with all permits there.</returns>
    /// <exception cref="ArgumentException">A value lies outside its range, or there is no limit, or too many.</exception>
    public static RateLimiter Create(TimeProvider clock, params ReadOnlySpan<LimitOptions> limits)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return Create(clock, isFair: false, limits);
    }

    /// <summary>
    /// Makes a limiter that all keys share, and whose queue is fair between them: those waiting with <c>AcquireAsync</c>
    /// are served key by key in turn, each key's own in <c>QueueOrder</c>, so that one who asks for more waits for more and
    /// nobody else does. A full queue turns away the last of the key that waits for most.
    /// </summary>
    /// <typeparam name="TResource">What is asked for, such as a request or a tenant's name.</typeparam>
    /// <param name="keyOf">Whose turn a resource waits for; for strings, <c>LimitKey.Of</c>.</param>
    /// <param name="limits">The limits, 1 to 16, read once; the first one's <c>QueueLimit</c> is that of all keys together.</param>
    /// <param name="clock">The clock and its timers; the system's by default.</param>
    /// <returns>The limiter, with all permits there.</returns>
    /// <exception cref="ArgumentException">A value lies outside its range, or there is no limit, or too many.</exception>
    public static PartitionedRateLimiter<TResource> CreateFair<TResource>(
        Func<TResource, LimitKey> keyOf,
        IEnumerable<LimitOptions> limits,
        TimeProvider? clock = null
    )
    {
        ArgumentNullException.ThrowIfNull(keyOf);
        ArgumentNullException.ThrowIfNull(limits);
        return new FairLimiter<TResource>(Create(clock ?? TimeProvider.System, isFair: true, [.. limits]), keyOf);
    }

    /// <summary>A limiter whose limits may be changed, and which tells more than a lease does.</summary>
    internal static Limiter Create(TimeProvider clock, bool isFair, ReadOnlySpan<LimitOptions> limits)
    {
        Check(limits);
        return new Limiter(limits, isFair, LimitClock.For(clock));
    }

    internal static void Check(ReadOnlySpan<LimitOptions> limits)
    {
        if (limits.Length is < 1 or > MaxLimits)
        {
            throw new ArgumentException(
                $"{limits.Length} limits were given, but there must be 1 to {MaxLimits}.",
                nameof(limits)
            );
        }

        for (var i = 0; i < limits.Length; i++)
        {
            var options = limits[i] ?? throw new ArgumentException($"Limit {i} is null.", nameof(limits));
            if (options.Fault("") is { } fault)
            {
                throw new ArgumentException(fault, nameof(limits));
            }
        }
    }
}
