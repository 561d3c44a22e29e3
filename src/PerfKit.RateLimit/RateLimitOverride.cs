namespace PerfKit.RateLimit;

/// <summary>What is otherwise for one key of a policy. What is null is the policy's.</summary>
public sealed class RateLimitOverride
{
    /// <summary>The key's permits, 1 to 2,147,483,647; by default the policy's.</summary>
    public int? Permits { get; set; }

    /// <summary>The time in which they come back, 1 ms to 366 days; by default the policy's.</summary>
    public TimeSpan? Period { get; set; }
}
