using System.Threading.RateLimiting;
using BenchmarkDotNet.Attributes;
using PerfKit.RateLimit;

namespace PerfKit.Benchmarks.Benchmarks;

/// <summary>A decision for a known key against the framework's partitioned token bucket.</summary>
[MemoryDiagnoser]
public class RateLimitDecision
{
    private readonly KeyedLimiter<string> _ours = new(
        LimitKey.Of,
        [new LimitOptions { Permits = 1000, Period = TimeSpan.FromSeconds(1) }]
    );
    private readonly PartitionedRateLimiter<string> _framework = PartitionedRateLimiter.Create<string, string>(
        static key =>
            RateLimitPartition.GetTokenBucketLimiter(
                key,
                static _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = 1000,
                    TokensPerPeriod = 100,
                    ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
                }
            )
    );

    [Benchmark(Baseline = true)]
    public bool Framework()
    {
        using var lease = _framework.AttemptAcquire("tenant-a");
        return lease.IsAcquired;
    }

    [Benchmark]
    public bool KeyedLimiter() => _ours.Decide("tenant-a").IsAdmitted;

    [GlobalCleanup]
    public void Cleanup()
    {
        _ours.Dispose();
        _framework.Dispose();
    }
}
