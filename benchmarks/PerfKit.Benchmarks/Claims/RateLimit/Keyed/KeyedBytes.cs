using PerfKit.Benchmarks.Measure;
using PerfKit.RateLimit;

namespace PerfKit.Benchmarks.Claims.RateLimit.Keyed;

/// <summary>What keyed limiters allocate, for the claim that no decision does.</summary>
internal static class KeyedBytes
{
    private const int Operations = 100_000;
    private const int Permits = 2_000;

    /// <summary>The most bytes a decision of any path allocates: admitted or refused, each algorithm, alone and together.</summary>
    public static double Most()
    {
        LimitAlgorithm[][] sets =
        [
            [LimitAlgorithm.TokenBucket],
            [LimitAlgorithm.FixedWindow],
            [LimitAlgorithm.Concurrency],
            [LimitAlgorithm.TokenBucket, LimitAlgorithm.FixedWindow, LimitAlgorithm.Concurrency],
        ];
        return sets.Max(BytesOf);
    }

    private static double BytesOf(LimitAlgorithm[] algorithms)
    {
        using var limiter = new KeyedLimiter<long>(
            LimitKey.Of,
            algorithms.Select(static it => new LimitOptions { Algorithm = it, Permits = Permits })
        );
        return Allocations.PerOperation(Operations, operations => Ask(limiter, operations));
    }

    private static void Ask(KeyedLimiter<long> limiter, int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            using var lease = limiter.AttemptAcquire(i % 1_000, Permits);
            limiter.Acquire(i % 1_000, 1, out var refused);
            refused.Dispose();
        }
    }
}
