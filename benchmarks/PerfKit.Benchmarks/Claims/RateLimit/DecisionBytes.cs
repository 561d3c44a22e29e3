using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;
using PerfKit.RateLimit;

namespace PerfKit.Benchmarks.Claims.RateLimit;

/// <summary>A decision for a known key allocates nothing, admitted or refused.</summary>
public sealed class DecisionBytes : Claim
{
    public override string Area => "ratelimit";
    public override string Id => "decision-bytes";
    public override Bar Bar => Bar.Exactly(0, "B");
    public override bool Quick => true;

    public override Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var limiter = new KeyedTokenBucket(new TokenBucketPolicyOptions { PermitsPerSecond = 1000, Burst = 100 });
        var bytes = Allocations.PerOperation(100_000, operations => Decide(limiter, operations));
        return Task.FromResult(new Measured(bytes, "B"));
    }

    private static void Decide(KeyedTokenBucket limiter, int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            limiter.Decide("tenant-a");
        }
    }
}
