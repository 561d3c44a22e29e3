using System.Runtime.CompilerServices;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace PerfKit.RateLimit.Internal;

/// <summary>What the host has set up with <c>AddRateLimiter</c>, if it has.</summary>
internal sealed class FrameworkLimits
{
    private static readonly ConditionalWeakTable<RateLimiterOptions, FrameworkLimits> Joined = [];

    private readonly RateLimiterOptions? _options;

    private FrameworkLimits(RateLimiterOptions? options) => _options = options;

    /// <summary>What answers a refused request there, and so here, too.</summary>
    public Func<OnRejectedContext, CancellationToken, ValueTask>? OnRejected => _options?.OnRejected;

    /// <summary>
    /// Reads it, and tells it our names, once: <c>UseRateLimiter</c> in the same pipeline fails each request whose policy it
    /// does not know.
    /// </summary>
    public static FrameworkLimits Join(IServiceProvider services, IRateLimitPolicies policies)
    {
        if (!services.GetServices<IConfigureOptions<RateLimiterOptions>>().Any())
        {
            return new FrameworkLimits(null);
        }

        var options = services.GetRequiredService<IOptions<RateLimiterOptions>>().Value;
        if (Joined.TryGetValue(options, out var joined))
        {
            return joined;
        }

        joined = new FrameworkLimits(options);
        foreach (var name in policies.Names)
        {
            if (!joined.TryReserve(name))
            {
                throw new InvalidOperationException(
                    $"'{name}' is a rate limit policy of AddPerfKitRateLimit and of AddRateLimiter: rename one of them."
                );
            }
        }

        Joined.Add(options, joined);
        return joined;
    }

    /// <summary>Takes a name there with a policy that limits nothing. False when it is one of its own.</summary>
    public bool TryReserve(string name)
    {
        try
        {
            _options?.AddPolicy(name, static _ => RateLimitPartition.GetNoLimiter(0));
            return true;
        }
        catch (ArgumentException)
        {
            return false; // That is all it says about the names it knows.
        }
    }
}
