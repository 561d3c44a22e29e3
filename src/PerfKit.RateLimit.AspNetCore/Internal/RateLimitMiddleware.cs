using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace PerfKit.RateLimit.Internal;

internal sealed class RateLimitMiddleware(RequestDelegate next, EndpointPlans plans, Refusal refusal)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint)
        {
            return next(context);
        }

        var plan = plans.Of(endpoint);
        return plan.Policies.Length == 0 || HasPaid(context) ? next(context)
            : plan.Policies.Length == 1 ? DecideOneAsync(context, plan.Policies[0], plan.Cost)
            : DecideAsync(context, plan);
    }

    /// <summary>
    /// Error handlers and status code pages run the pipeline again, on another endpoint; if the first was limited, the
    /// request has paid.
    /// </summary>
    private bool HasPaid(HttpContext context)
    {
        var failed = context.Features[typeof(IExceptionHandlerFeature)] as IExceptionHandlerFeature;
        var replaced = context.Features[typeof(IStatusCodeReExecuteFeature)] as IStatusCodeReExecuteFeature;
        return (failed?.Endpoint is { } first && plans.Of(first).Policies.Length > 0)
            || (replaced?.Endpoint is { } other && plans.Of(other).Policies.Length > 0);
    }

    /// <summary>The same as <see cref="DecideAsync"/> for most endpoints, which have one policy.</summary>
    private Task DecideOneAsync(HttpContext context, PlannedPolicy planned, int cost)
    {
        if (!planned.TryGetKey(context, out var key))
        {
            return next(context);
        }

        var request = new RateLimitRequest(planned.Policy, key, cost);
        if (planned.Options.QueueLimit > 0)
        {
            return WaitAsync(context, [planned], [request]);
        }

        var decision = planned.Policy.Acquire(key, cost, out var held);
        if (held is not null)
        {
            return HoldAsync(context, [planned], [request], [decision], held);
        }

        if (!planned.Options.Shadow)
        {
            var texts = planned.TextsOf(key);
            Fields.Write(context.Response, texts.Policy, texts.Left(decision));
        }

        return decision.IsAdmitted ? next(context) : refusal.WriteAsync(context, [planned], [request], [decision]);
    }

    private Task DecideAsync(HttpContext context, EndpointPlan plan)
    {
        var roomForPlanned = new Eight<PlannedPolicy>();
        var roomForRequests = new Eight<RateLimitRequest>();
        var roomForDecisions = new Eight<RateLimitDecision>();
        Span<PlannedPolicy> planned = roomForPlanned;
        Span<RateLimitRequest> requests = roomForRequests;
        Span<RateLimitDecision> decisions = roomForDecisions;
        var count = 0;
        var mayWait = false;
        foreach (var policy in plan.Policies)
        {
            if (policy.TryGetKey(context, out var key))
            {
                planned[count] = policy;
                requests[count++] = new RateLimitRequest(policy.Policy, key, plan.Cost);
                mayWait |= policy.Policy.Options.QueueLimit > 0;
            }
        }

        if (count == 0)
        {
            return next(context);
        }

        if (mayWait)
        {
            return WaitAsync(context, planned[..count].ToArray(), requests[..count].ToArray());
        }

        var isAdmitted = RateLimitPolicy.TryAcquire(requests[..count], decisions, out var held);
        if (held is not null)
        {
            return HoldAsync(context, planned[..count].ToArray(), requests.ToArray(), decisions.ToArray(), held);
        }

        Fields.Write(context.Response, planned[..count], requests, decisions);
        return isAdmitted ? next(context) : refusal.WriteAsync(context, planned[..count], requests, decisions);
    }

    private async Task WaitAsync(HttpContext context, PlannedPolicy[] planned, RateLimitRequest[] requests)
    {
        var decisions = new RateLimitDecision[requests.Length];
        RateLimitLease lease;
        try
        {
            lease = await RateLimitPolicy
                .AcquireAsync(requests, decisions, context.RequestAborted)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // The caller has gone: nobody hears an answer.
        }

        using (lease)
        {
            Fields.Write(context.Response, planned, requests, decisions);
            await (
                lease.IsAcquired ? next(context) : refusal.WriteAsync(context, planned, requests, decisions)
            ).ConfigureAwait(false);
        }
    }

    private async Task HoldAsync(
        HttpContext context,
        PlannedPolicy[] planned,
        RateLimitRequest[] requests,
        RateLimitDecision[] decisions,
        RateLimitLease held
    )
    {
        using (held)
        {
            Fields.Write(context.Response, planned, requests, decisions);
            await next(context).ConfigureAwait(false);
        }
    }
}
