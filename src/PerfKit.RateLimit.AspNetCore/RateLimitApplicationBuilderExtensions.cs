using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PerfKit.RateLimit;
using PerfKit.RateLimit.Internal;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts the rate limit into the pipeline.</summary>
public static class RateLimitApplicationBuilderExtensions
{
    /// <summary>
    /// Decides each request whose endpoint names policies of <c>AddPerfKitRateLimit</c>, by
    /// <c>RequirePerfKitRateLimit</c>, <c>RequireRateLimiting</c> or the attributes; <c>DisableRateLimiting</c> is heard,
    /// too. Once, also when an error handler runs the pipeline again. Admitted or refused, the answer, unless it is an error
    /// page that was begun anew, carries <c>RateLimit</c> and <c>RateLimit-Policy</c> (draft-ietf-httpapi-ratelimit-headers); a refusal is a 429 problem with
    /// <c>Retry-After</c>, which is never early, or what <c>AddRateLimiter</c> has as <c>OnRejected</c>. Stands after routing
    /// and whatever establishes the keys; each use decides. Policies and the <c>GlobalLimiter</c> of <c>AddRateLimiter</c>
    /// stay with <c>UseRateLimiter</c> beside it.
    /// </summary>
    /// <param name="app">The pipeline.</param>
    /// <param name="configure">Adds keys, for instance.</param>
    /// <returns>The pipeline.</returns>
    /// <exception cref="InvalidOperationException">
    /// No policies are registered, or a name is a policy of both; or, when the host starts, an endpoint names a policy, or a
    /// policy a key, that does not exist.
    /// </exception>
    public static IApplicationBuilder UsePerfKitRateLimit(
        this IApplicationBuilder app,
        Action<RateLimitMiddlewareOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(app);
        var options = new RateLimitMiddlewareOptions();
        configure?.Invoke(options);
        var services = app.ApplicationServices;
        var policies =
            services.GetService<IRateLimitPolicies>()
            ?? throw new InvalidOperationException(
                "UsePerfKitRateLimit finds no policies: call services.AddPerfKitRateLimit."
            );
        var framework = FrameworkLimits.Join(services, policies);
        return app.Use(next =>
        {
            var plans = new EndpointPlans(
                policies,
                options,
                framework,
                services.GetService<ILogger<RateLimitPolicy>>() ?? NullLogger<RateLimitPolicy>.Instance
            );
            foreach (var endpoint in services.GetService<EndpointDataSource>()?.Endpoints ?? [])
            {
                plans.Check(endpoint);
            }

            return new RateLimitMiddleware(
                next,
                plans,
                new Refusal(options.ProblemType, framework.OnRejected)
            ).InvokeAsync;
        });
    }
}
