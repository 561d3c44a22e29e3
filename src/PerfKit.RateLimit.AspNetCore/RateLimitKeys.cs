using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace PerfKit.RateLimit;

/// <summary>Who asks, from what the server knows. Nothing here reads a field that a caller could have written.</summary>
public static class RateLimitKeys
{
    private static readonly LimitKey NoAddress = LimitKey.Of("no address").And(default); // No text gives it.

    /// <summary>
    /// The connection's address: IPv6 by its /64, IPv4 whole, also when mapped to IPv6. Behind a proxy it is the client's
    /// only after <c>UseForwardedHeaders</c> with that proxy in <c>KnownProxies</c> or <c>KnownIPNetworks</c>; forwarding
    /// fields from others change nothing. Connections without an address share one key.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <returns>The key.</returns>
    public static LimitKey Address(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Connection.RemoteIpAddress is { } address ? LimitKey.OfAddress(address) : NoAddress;
    }

    /// <summary>
    /// The authenticated user's <see cref="ClaimTypes.NameIdentifier"/>, else name; callers without either by their
    /// <see cref="Address"/>.
    /// </summary>
    /// <param name="context">The request, after authentication.</param>
    /// <returns>The key.</returns>
    public static LimitKey User(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var user = context.User;
        var name = user.Identity is { IsAuthenticated: true } identity
            ? user.FindFirst(ClaimTypes.NameIdentifier)?.Value ?? identity.Name
            : null;
        return name is null ? Address(context) : LimitKey.Of(name);
    }

    /// <summary>The authenticated user's claim, such as a tenant's id; callers without it by their <see cref="Address"/>.</summary>
    /// <param name="type">The claim's type.</param>
    /// <returns>The function for <see cref="RateLimitMiddlewareOptions.Keys"/>.</returns>
    public static Func<HttpContext, LimitKey?> Claim(string type)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        return context =>
            context.User.Identity is { IsAuthenticated: true } && context.User.FindFirst(type) is { } claim
                ? LimitKey.Of(claim.Value)
                : Address(context);
    }
}
