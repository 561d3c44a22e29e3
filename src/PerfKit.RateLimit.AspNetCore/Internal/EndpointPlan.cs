using Microsoft.AspNetCore.Http;

namespace PerfKit.RateLimit.Internal;

/// <summary>An endpoint's policies, none where it is not limited here, and what a request costs in each.</summary>
internal sealed class EndpointPlan(Endpoint endpoint, PlannedPolicy[] policies, int cost)
{
    public Endpoint Endpoint => endpoint;

    public PlannedPolicy[] Policies => policies;

    public int Cost => cost;
}
