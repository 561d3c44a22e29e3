using Microsoft.AspNetCore.Http;

namespace PerfKit.RateLimit;

/// <summary>How requests are told apart, and what a refused one is told.</summary>
public sealed class RateLimitMiddlewareOptions
{
    /// <summary>
    /// The keys that policies name in <see cref="RateLimitPolicyOptions.By"/>; upper and lower case are the same.
    /// <c>address</c> and <c>user</c> (<see cref="RateLimitKeys"/>) and <c>all</c>, one key for everybody, are there. A
    /// function gives the key whose permits a request spends, or null for a request that the policy does not limit. Take
    /// what the server knows for certain; a field that the caller writes is the caller's choice.
    /// </summary>
    public IDictionary<string, Func<HttpContext, LimitKey?>> Keys { get; } =
        new Dictionary<string, Func<HttpContext, LimitKey?>>(StringComparer.OrdinalIgnoreCase)
        {
            ["address"] = static context => RateLimitKeys.Address(context),
            ["user"] = static context => RateLimitKeys.User(context),
            ["all"] = static _ => default(LimitKey),
        };

    /// <summary>The <c>type</c> of a refusal's problem; by default the registered one of draft-ietf-httpapi-ratelimit-headers.</summary>
    public string ProblemType { get; set; } = "https://iana.org/assignments/http-problem-types#quota-exceeded";
}
