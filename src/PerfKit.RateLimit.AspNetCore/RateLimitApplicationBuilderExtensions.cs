using PerfKit.RateLimit;
using PerfKit.RateLimit.Internal;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts the rate limit into the pipeline.</summary>
public static class RateLimitApplicationBuilderExtensions
{
    /// <summary>
    /// Decides each request whose endpoint has <c>RequirePerfKitRateLimit</c>: once, however often the pipeline runs again.
    /// Admitted or refused, the answer carries <c>RateLimit</c> and <c>RateLimit-Policy</c>
    /// (draft-ietf-httpapi-ratelimit-headers); a refusal is a 429 problem of type <c>urn:perfkit:rate-limited</c> with
    /// <c>Retry-After</c>, which is never early. Stands after routing and whatever establishes the key.
    /// </summary>
    /// <param name="app">The pipeline.</param>
    /// <param name="configure">Sets <see cref="RateLimitMiddlewareOptions.KeyOf"/>.</param>
    /// <returns>The pipeline.</returns>
    /// <exception cref="InvalidOperationException">
    /// No key is configured; or, when the host starts, an endpoint names a policy that does not exist.
    /// </exception>
    public static IApplicationBuilder UsePerfKitRateLimit(
        this IApplicationBuilder app,
        Action<RateLimitMiddlewareOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new RateLimitMiddlewareOptions();
        configure(options);
        var keyOf =
            options.KeyOf
            ?? throw new InvalidOperationException(
                "UsePerfKitRateLimit needs KeyOf: set it to a function from HttpContext to the key whose permits are spent."
            );
        var services = app.ApplicationServices;
        return app.Use(next =>
        {
            EndpointPolicy.CheckAll(services);
            return new RateLimitMiddleware(next, keyOf).InvokeAsync;
        });
    }
}
