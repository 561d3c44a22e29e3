using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace PerfKit.RateLimit.Internal;

internal sealed class RateLimitPolicies : IRateLimitPolicies
{
    private const string MeterName = "PerfKit.RateLimit";

    private readonly FrozenDictionary<string, KeyedLimiter<string>> _limiters;

    public RateLimitPolicies(IOptions<RateLimitOptions> options, TimeProvider? clock, IMeterFactory? meters)
    {
        var settings = options.Value;
        _limiters = settings.Policies.ToFrozenDictionary(
            static policy => policy.Key,
            policy => new KeyedLimiter<string>(LimitKey.Of, [policy.Value.ToLimit()], settings.MaxKeys, clock),
            StringComparer.Ordinal
        );
        Names = [.. _limiters.Keys.Order(StringComparer.Ordinal)];
        meters
            ?.Create(MeterName)
            .CreateObservableCounter(
                "perfkit.ratelimit.requests",
                Observe,
                "{request}",
                "Requests decided by a policy."
            );
    }

    public IReadOnlyCollection<string> Names { get; }

    public bool TryGet(string name, [MaybeNullWhen(false)] out KeyedLimiter<string> limiter) =>
        _limiters.TryGetValue(name, out limiter);

    private IEnumerable<Measurement<long>> Observe()
    {
        foreach (var (name, limiter) in _limiters)
        {
            yield return new(limiter.Admitted, new("policy", name), new("outcome", "admitted"));
            yield return new(limiter.Refused, new("policy", name), new("outcome", "refused"));
        }
    }
}
