namespace PerfKit.RateLimit;

/// <summary>What a request to the endpoint costs in each of its policies.</summary>
/// <param name="permits">The permits, at least 1, and at most what each policy has.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class RateLimitCostAttribute(int permits) : Attribute
{
    /// <summary>The permits.</summary>
    public int Permits { get; } = permits;
}
