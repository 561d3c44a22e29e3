using Microsoft.AspNetCore.Http;

namespace PerfKit.RateLimit.Internal;

/// <summary>The two fields of an answer. Policies in shadow mode are not told of.</summary>
internal static class Fields
{
    public const string Separator = ", ";
    private const string Left = "RateLimit";
    private const string Policy = "RateLimit-Policy";

    public static void Write(
        HttpResponse response,
        ReadOnlySpan<PlannedPolicy> planned,
        ReadOnlySpan<RateLimitRequest> requests,
        ReadOnlySpan<RateLimitDecision> decisions
    )
    {
        string? policy = null;
        string? left = null;
        for (var i = 0; i < planned.Length; i++)
        {
            if (!planned[i].Options.Shadow)
            {
                var texts = planned[i].TextsOf(requests[i].Key);
                policy = policy is null ? texts.Policy : texts.PolicyAfter(policy);
                var item = texts.Left(decisions[i]);
                left = left is null ? item : left + Separator + item;
            }
        }

        if (policy is not null)
        {
            Write(response, policy, left!);
        }
    }

    public static void Write(HttpResponse response, string policy, string left)
    {
        if (!response.HasStarted)
        {
            response.Headers[Policy] = policy;
            response.Headers[Left] = left;
        }
    }
}
