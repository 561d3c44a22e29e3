using Microsoft.AspNetCore.Http;

namespace PerfKit.RateLimit;

/// <summary>How requests are told apart.</summary>
public sealed class RateLimitMiddlewareOptions
{
    /// <summary>
    /// Gives the key whose permits a request spends, or null for a request that is not limited. Required. Take what the
    /// server knows for certain, such as the authenticated tenant; a field that the caller writes is the caller's choice.
    /// </summary>
    public Func<HttpContext, string?>? KeyOf { get; set; }
}
