using System.Net;
using FileService.Files;
using FileService.Setup;

namespace FileService.Endpoints;

/// <summary>
/// Lets a request in and says who is calling. In development mode only loopback callers, by loopback Host names and not
/// forwarded, are answered: so no web page and no proxy can reach the unprotected service.
/// </summary>
internal sealed class Gatekeeper(Tenants tenants)
{
    private static readonly string[] OpenPaths = ["/health", "/openapi", "/metrics"];
    private static readonly string[] LoopbackHosts = ["localhost", "127.0.0.1", "[::1]"];

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        RequestPath.RefuseTraversal(context);
        if (tenants.IsDevelopment)
        {
            RefuseStrangers(context);
        }

        if (OpenPaths.Any(open => context.Request.Path.StartsWithSegments(open)))
        {
            return next(context);
        }

        var key = context.Request.Headers["X-Api-Key"];
        var caller = tenants.Find(key.Count == 0 ? null : key.ToString());
        if (caller is null && (key.Count > 0 || NeedsKey(context.Request)))
        {
            throw new ProblemException(
                StatusCodes.Status401Unauthorized,
                "key-required",
                key.Count > 0 ? "The X-Api-Key is not one this service knows." : KeyHint(),
                "X-Api-Key"
            );
        }

        context.Features.Set(caller ?? new Caller(Tenants.Default, IsAdmin: false));
        return next(context);
    }

    private bool NeedsKey(HttpRequest request)
    {
        if (request.Path == "/" || request.Path == "/live")
        {
            return false;
        }

        return !tenants.IsDevelopment || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method));
    }

    private string KeyHint() =>
        tenants.IsDevelopment
            ? $"No keys are configured, so writes want the header 'X-Api-Key: {Tenants.DevelopmentKey}'."
            : "Send the header X-Api-Key with a key of your tenant.";

    private static bool IsForwarding(string header) =>
        header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
        || header.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase);

    private static void RefuseStrangers(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is not null && !IPAddress.IsLoopback(address))
        {
            throw new ProblemException(
                StatusCodes.Status403Forbidden,
                "loopback-only",
                "No keys are configured, so only this machine is answered; configure Tenants:<name>:Keys:0."
            );
        }

        var host = context.Request.Host.Host;
        if (!LoopbackHosts.Contains(host, StringComparer.OrdinalIgnoreCase))
        {
            throw ProblemException.BadRequest(
                "host-not-allowed",
                $"The Host '{ProblemException.Shorten(host)}' is not this service's; without configured keys it answers to "
                    + "localhost, 127.0.0.1 and [::1].",
                "Host"
            );
        }

        var forwarded = context.Request.Headers.Keys.FirstOrDefault(IsForwarding);
        if (forwarded is not null)
        {
            throw new ProblemException(
                StatusCodes.Status403Forbidden,
                "forwarded-request",
                "Forwarded requests are refused while no keys are configured; configure Tenants:<name>:Keys:0.",
                forwarded
            );
        }
    }
}

/// <summary>The caller of a request, bound as an endpoint's parameter.</summary>
internal static class CallerFeature
{
    private static readonly Caller Nobody = new(Tenants.Default, IsAdmin: false);

    public static Caller Caller(this HttpContext context) => context.Features.Get<Caller>() ?? Nobody;
}
