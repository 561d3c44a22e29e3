namespace PerfKit.RateLimit;

/// <summary>
/// Puts an endpoint under policies that are spent together or not at all. The innermost such attribute counts, this or
/// the framework's <c>EnableRateLimiting</c>.
/// </summary>
/// <param name="policies">The names, 1 to 8; an unknown one stops the host at start with a sentence.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class RateLimitPoliciesAttribute(params string[] policies) : Attribute
{
    /// <summary>The names.</summary>
    public IReadOnlyList<string> Policies { get; } = policies;
}
