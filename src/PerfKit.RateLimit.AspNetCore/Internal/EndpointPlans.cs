using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Logging;

namespace PerfKit.RateLimit.Internal;

/// <summary>What each endpoint's metadata says about limits, read once.</summary>
internal sealed class EndpointPlans
{
    private const int MostAtHand = 256;

    private readonly IRateLimitPolicies _policies;
    private readonly RateLimitMiddlewareOptions _options;
    private readonly FrameworkLimits _framework;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, PlannedPolicy> _planned = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<Endpoint, EndpointPlan> _plans = [];
    private readonly ConditionalWeakTable<Endpoint, EndpointPlan>.CreateValueCallback _read;
    private readonly EndpointPlan?[] _atHand = new EndpointPlan?[MostAtHand];

    public EndpointPlans(
        IRateLimitPolicies policies,
        RateLimitMiddlewareOptions options,
        FrameworkLimits framework,
        ILogger logger
    )
    {
        _logger = logger;
        _policies = policies;
        _options = options;
        _framework = framework;
        _read = Read;
    }

    public EndpointPlan Of(Endpoint endpoint)
    {
        ref var place = ref _atHand[RuntimeHelpers.GetHashCode(endpoint) & (MostAtHand - 1)];
        var plan = Volatile.Read(ref place);
        if (plan is null || plan.Endpoint != endpoint)
        {
            Volatile.Write(ref place, plan = _plans.GetValue(endpoint, _read));
        }

        return plan;
    }

    /// <summary>At start: what cannot be stops it. Later a limit may become smaller than a cost, which then takes all of it.</summary>
    public void Check(Endpoint endpoint)
    {
        var plan = Of(endpoint);
        foreach (var planned in plan.Policies)
        {
            var most = planned.Options.Permits;
            if (plan.Cost < 1 || plan.Cost > most)
            {
                throw new InvalidOperationException(
                    $"Endpoint '{endpoint.DisplayName}' costs {plan.Cost} permits, but in the rate limit policy '{planned.Policy.Name}' it must be 1 to {most}."
                );
            }
        }
    }

    private EndpointPlan Read(Endpoint endpoint)
    {
        var metadata = endpoint.Metadata;
        if (metadata.GetMetadata<DisableRateLimitingAttribute>() is not null)
        {
            return new EndpointPlan(endpoint, [], 0);
        }

        var last = metadata.LastOrDefault(static it => it is RateLimitPoliciesAttribute or EnableRateLimitingAttribute);
        var names = last switch
        {
            RateLimitPoliciesAttribute ours => ours.Policies,
            EnableRateLimitingAttribute { PolicyName: { } name } when IsOurs(name) => [name],
            _ => [],
        };
        if (last is null or EnableRateLimitingAttribute && names.Count == 0)
        {
            return new EndpointPlan(endpoint, [], 0);
        }

        if (names.Distinct(StringComparer.OrdinalIgnoreCase).Count() < names.Count)
        {
            throw new InvalidOperationException(
                $"Endpoint '{endpoint.DisplayName}' has a rate limit policy twice: {string.Join(", ", names)}."
            );
        }

        if (names.Count is < 1 or > RateLimitPolicy.MaxTogether)
        {
            throw new InvalidOperationException(
                $"Endpoint '{endpoint.DisplayName}' has {names.Count} rate limit policies, but must have 1 to {RateLimitPolicy.MaxTogether}."
            );
        }

        var cost = Math.Max(0, metadata.GetMetadata<RateLimitCostAttribute>()?.Permits ?? 1);
        return new EndpointPlan(endpoint, [.. names.Select(it => Find(endpoint, it))], cost);
    }

    private bool IsOurs(string name) => _policies.TryGet(name, out _) || _framework.TryReserve(name);

    private PlannedPolicy Find(Endpoint endpoint, string name)
    {
        if (!_policies.TryGet(name, out var policy))
        {
            throw new InvalidOperationException(
                $"Endpoint '{endpoint.DisplayName}' has the rate limit policy '{name}', which is not one of the configured: {string.Join(", ", _policies.Names)}."
            );
        }

        return _planned.GetOrAdd(policy.Name, _ => new PlannedPolicy(policy, _options.Keys, _logger));
    }
}
