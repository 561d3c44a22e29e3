using PerfKit.RateLimit;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts endpoints under rate limit policies.</summary>
public static class RateLimitEndpointConventionBuilderExtensions
{
    /// <summary>
    /// Limits the endpoint, or a group's endpoints, by policies that are spent together or not at all. The innermost call
    /// counts, of this or of the framework's <c>RequireRateLimiting</c>, which does the same for one policy.
    /// </summary>
    /// <typeparam name="TBuilder">The endpoint's builder.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="policies">The names, 1 to 8; an unknown one stops the host at start with a sentence.</param>
    /// <returns>The builder.</returns>
    public static TBuilder RequirePerfKitRateLimit<TBuilder>(this TBuilder builder, params string[] policies)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(policies);
        var metadata = new RateLimitPoliciesAttribute(policies);
        builder.Add(endpoint => endpoint.Metadata.Add(metadata));
        return builder;
    }

    /// <summary>Sets what a request costs in each policy of the endpoint, instead of one permit. The innermost call counts.</summary>
    /// <typeparam name="TBuilder">The endpoint's builder.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="permits">The permits, at least 1, and at most what each policy has.</param>
    /// <returns>The builder.</returns>
    public static TBuilder WithRateLimitCost<TBuilder>(this TBuilder builder, int permits)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        var metadata = new RateLimitCostAttribute(permits);
        builder.Add(endpoint => endpoint.Metadata.Add(metadata));
        return builder;
    }
}
