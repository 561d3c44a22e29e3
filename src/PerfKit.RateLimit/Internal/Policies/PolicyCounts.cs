using PerfKit.Internal;

namespace PerfKit.RateLimit.Internal.Policies;

/// <summary>What a policy decided since the start.</summary>
internal sealed class PolicyCounts
{
    public StripedCounter Admitted { get; } = new();

    public StripedCounter Refused { get; } = new();

    public StripedCounter ShadowRefused { get; } = new();

    /// <summary>Requests that had to wait, whatever came of it.</summary>
    public StripedCounter Queued { get; } = new();

    /// <summary>Counts a decision; in shadow mode a refusal lets pass.</summary>
    public RateLimitDecision Note(in RateLimitDecision decision, bool isShadow)
    {
        if (decision.IsAdmitted)
        {
            Admitted.Increment();
            return decision;
        }

        (isShadow ? ShadowRefused : Refused).Increment();
        return isShadow ? decision with { IsAdmitted = true } : decision;
    }
}
