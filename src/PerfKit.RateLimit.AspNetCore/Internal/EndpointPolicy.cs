using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using static System.FormattableString;

namespace PerfKit.RateLimit.Internal;

/// <summary>An endpoint's policy with its limiter found and the constant part of its answers written once.</summary>
internal sealed class EndpointPolicy
{
    private const long TicksPerSecond = TimeSpan.TicksPerSecond;

    private readonly string _name;
    private readonly double _permitsPerSecond;

    public EndpointPolicy(string name, KeyedLimiter<string> limiter)
    {
        _name = name;
        Limiter = limiter;
        var limit = limiter.Limits[0];
        _permitsPerSecond = limit.Permits / limit.Period.TotalSeconds;
        PolicyField = Invariant($"\"{name}\";q={limit.Permits};w={WholeSeconds(limit.Period)}");
    }

    public KeyedLimiter<string> Limiter { get; }

    /// <summary>Structured Field list (RFC 9651): the quota is the burst, the window the time it takes to come back.</summary>
    public string PolicyField { get; }

    public static EndpointPolicy Find(IServiceProvider services, string name, string? endpoint)
    {
        var policies =
            services.GetService<IRateLimitPolicies>()
            ?? throw new InvalidOperationException(
                $"Endpoint '{endpoint}' has the rate limit policy '{name}', but no policies are registered: call services.AddPerfKitRateLimit."
            );
        return policies.TryGet(name, out var limiter)
            ? new EndpointPolicy(name, limiter)
            : throw new InvalidOperationException(
                $"Endpoint '{endpoint}' has the rate limit policy '{name}', which is not one of the configured: {string.Join(", ", policies.Names)}."
            );
    }

    /// <summary>Builds every endpoint mapped so far, so that a wrong name fails the start and not the first request.</summary>
    public static void CheckAll(IServiceProvider services) => _ = services.GetService<EndpointDataSource>()?.Endpoints;

    /// <summary>What is left and the whole seconds, rounded up, until one permit more is there.</summary>
    public string RateLimitField(in RateLimitDecision decision)
    {
        var next = decision.IsAdmitted ? decision.NextPermit : decision.RetryAfter;
        return Invariant($"\"{_name}\";r={decision.Remaining};t={WholeSeconds(next)}");
    }

    /// <summary>The problem as UTF-8 JSON. Names are plain by validation and numbers invariant: nothing needs escaping.</summary>
    public byte[] Problem(long retryAfterSeconds) =>
        Encoding.UTF8.GetBytes(
            Invariant(
                $$"""{"type":"urn:perfkit:rate-limited","title":"Too many requests","status":429,"detail":"The policy '{{_name}}' admits {{_permitsPerSecond:0.####}} requests a second with a burst of {{Limiter.Permits}}. Try again in {{retryAfterSeconds}} s."}"""
            )
        );

    public static long WholeSeconds(TimeSpan time) => Math.Max(1, (time.Ticks + TicksPerSecond - 1) / TicksPerSecond);
}
