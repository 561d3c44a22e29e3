using PerfKit.RateLimit;
using PerfKit.RateLimit.Internal;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts endpoints under a rate limit policy.</summary>
public static class RateLimitEndpointConventionBuilderExtensions
{
    /// <summary>
    /// Limits the endpoint, or a group's endpoints, by a policy of <see cref="RateLimitOptions.Policies"/>. The innermost
    /// one counts. Works with <c>UsePerfKitRateLimit</c> in the pipeline.
    /// </summary>
    /// <typeparam name="TBuilder">The endpoint's builder.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="policy">The policy's name; an unknown one stops the host at start with a sentence.</param>
    /// <returns>The builder.</returns>
    public static TBuilder RequirePerfKitRateLimit<TBuilder>(this TBuilder builder, string policy)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(policy);
        builder.Add(endpoint =>
            endpoint.Metadata.Add(EndpointPolicy.Find(endpoint.ApplicationServices, policy, endpoint.DisplayName))
        );
        return builder;
    }
}
