using System.Threading.RateLimiting;
using PerfKit.RateLimit.Internal.Keyed;

namespace PerfKit.RateLimit.Internal.Policies;

/// <summary>A limit that each key has for itself.</summary>
internal sealed class KeyedPolicyLimit(LimitOptions options, int maxKeys, TimeProvider clock) : PolicyLimit(options)
{
    private readonly KeyedLimiter<LimitKey> _limiter = new(static key => key, [options], maxKeys, clock);

    public override RateLimitDecision Spend(LimitKey key, int permits, out Spending spending, out RateLimitLease? held)
    {
        var decision = _limiter.Spend(key, permits, out spending);
        held = IsHeld && decision.IsAdmitted && permits > 0 ? _limiter.Hold(permits, spending) : null;
        return decision;
    }

    public override RateLimitDecision Look(LimitKey key, int permits) => _limiter.Look(key, permits);

    public override void GiveBack(LimitKey key, int permits, Spending spending, RateLimitLease? held)
    {
        if (held is not null)
        {
            held.Dispose();
            return;
        }

        _limiter.GiveBack(key, permits, spending);
    }

    public override string Describe(LimitKey key) =>
        _limiter.Describe(key, out var isShared) + (isShared ? ", shared with other new keys," : "");

    public override bool TryChange(LimitOptions options)
    {
        if ((options.Algorithm == LimitAlgorithm.Concurrency) != IsHeld)
        {
            return false;
        }

        _limiter.Change([options]);
        Set(options);
        return true;
    }

    public override void Dispose() => _limiter.Dispose();
}
