using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace PerfKit.RateLimit.Internal;

internal sealed class RateLimitMiddleware(RequestDelegate next, Func<HttpContext, string?> keyOf)
{
    private const string RateLimitField = "RateLimit";
    private const string PolicyField = "RateLimit-Policy";

    public Task InvokeAsync(HttpContext context)
    {
        var policy = context.GetEndpoint()?.Metadata.GetMetadata<EndpointPolicy>();
        if (policy is null || context.Features.Get<Decided>() is not null || keyOf(context) is not { } key)
        {
            return next(context);
        }

        var decision = policy.Limiter.Decide(key);
        context.Features.Set(Decided.Instance);
        var headers = context.Response.Headers;
        headers[PolicyField] = policy.PolicyField;
        headers[RateLimitField] = policy.RateLimitField(decision);
        return decision.IsAdmitted ? next(context) : RefuseAsync(context, policy, decision);
    }

    private static async Task RefuseAsync(HttpContext context, EndpointPolicy policy, RateLimitDecision decision)
    {
        var seconds = EndpointPolicy.WholeSeconds(decision.RetryAfter);
        var body = policy.Problem(seconds);
        var response = context.Response;
        response.StatusCode = StatusCodes.Status429TooManyRequests;
        response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        response.Headers.CacheControl = "no-store";
        response.ContentType = "application/problem+json";
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>Marks a request whose permit is spent: error handlers and status pages run the pipeline again.</summary>
    private sealed class Decided
    {
        public static readonly Decided Instance = new();
    }
}
