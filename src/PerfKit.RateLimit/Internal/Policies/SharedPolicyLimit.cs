using System.Threading.RateLimiting;
using PerfKit.RateLimit.Internal.Keyed;

namespace PerfKit.RateLimit.Internal.Policies;

/// <summary>One limit that all keys have together; those who wait are served key by key.</summary>
internal sealed class SharedPolicyLimit(LimitOptions options, TimeProvider clock) : PolicyLimit(options)
{
    private readonly Limiter _limiter = RateLimiters.Create(clock, isFair: true, [options]);

    public bool MayWait => QueueLimit > 0;

    public override RateLimitDecision Spend(LimitKey key, int permits, out Spending spending, out RateLimitLease? held)
    {
        var decision = _limiter.Decide(permits, out var lease, out var spentAt);
        spending = new Spending(spentAt, 0, 0);
        held = decision.IsAdmitted && IsHeld ? lease : null;
        return decision;
    }

    /// <summary>Spends when its turn has come. More permits than the limit has are all of it.</summary>
    public ValueTask<RateLimitLease> WaitAsync(LimitKey key, int permits, CancellationToken cancellationToken)
    {
        while (true)
        {
            var most = Most(permits);
            try
            {
                return _limiter.AcquireAsync(most, key, cancellationToken);
            }
            catch (ArgumentOutOfRangeException) when (Most(permits) < most)
            {
                // The limit has become smaller since it was read.
            }
        }
    }

    public override RateLimitDecision Look(LimitKey key, int permits) => _limiter.Look(permits);

    public override void GiveBack(LimitKey key, int permits, Spending spending, RateLimitLease? held)
    {
        if (held is not null)
        {
            held.Dispose();
            return;
        }

        _limiter.GiveBack(permits, spending.Time);
    }

    public override string Describe(LimitKey key) => _limiter.Describe();

    public override bool TryChange(LimitOptions options)
    {
        if ((options.Algorithm == LimitAlgorithm.Concurrency) != IsHeld)
        {
            return false;
        }

        var isSmaller = options.Permits < Options.Permits;
        if (isSmaller)
        {
            Set(options); // First: nobody may ask for more than the limiter has.
        }

        _limiter.Change([options]);
        if (!isSmaller)
        {
            Set(options);
        }

        return true;
    }

    public override void Dispose() => _limiter.Dispose();
}
