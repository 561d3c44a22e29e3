using System.Runtime.CompilerServices;
using System.Threading.RateLimiting;
using PerfKit.RateLimit.Internal.Keyed;
using PerfKit.RateLimit.Internal.Leases;

namespace PerfKit.RateLimit.Internal.Policies;

/// <summary>
/// Several policies at once: all are looked at before one is spent, so a refusal writes nothing. One that is lost in
/// between gives the others back. Policies in shadow mode come last and have no say.
/// </summary>
internal struct JointSpending
{
    private Spendings _spent;

    public static void Check(int requests, int decisions)
    {
        if (requests is < 1 or > RateLimitPolicy.MaxTogether || decisions < requests)
        {
            throw new ArgumentException(
                $"{requests} requests with room for {decisions} decisions were given, but there must be 1 to {RateLimitPolicy.MaxTogether}, and room for each."
            );
        }
    }

    /// <summary>Spends all at once or none. Not final, a refusal counts nothing and tells nothing: it may be waited for.</summary>
    public static bool TrySpend(
        ReadOnlySpan<RateLimitRequest> requests,
        Span<RateLimitDecision> decisions,
        bool isFinal,
        out RateLimitLease? held
    )
    {
        held = null;
        var joint = new JointSpending();
        if (!joint.TrySpendAll(requests, decisions))
        {
            if (isFinal)
            {
                joint.Report(requests, decisions);
            }

            return false;
        }

        joint.Keep(requests, decisions);
        held = joint.Held();
        return true;
    }

    /// <summary>Spends every policy that is not in shadow mode, or none.</summary>
    public bool TrySpendAll(ReadOnlySpan<RateLimitRequest> requests, Span<RateLimitDecision> decisions)
    {
        var isAdmitted = true;
        for (var i = 0; i < requests.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(requests[i].Permits, nameof(requests));
            var limit = requests[i].Policy.LimitAt(requests[i].Key, out var isShadow);
            _spent[i] = new(limit, limit.Most(requests[i].Permits), isShadow);
            decisions[i] = limit.Look(requests[i].Key, _spent[i].Permits);
            isAdmitted &= isShadow || decisions[i].IsAdmitted;
        }

        for (var i = 0; isAdmitted && i < requests.Length; i++)
        {
            isAdmitted = _spent[i].IsShadow || _spent[i].TrySpend(requests[i].Key, out decisions[i]);
        }

        if (!isAdmitted)
        {
            Undo(requests);
        }

        return isAdmitted;
    }

    /// <summary>Counts what was admitted, and lets the shadows see it.</summary>
    public void Keep(ReadOnlySpan<RateLimitRequest> requests, Span<RateLimitDecision> decisions)
    {
        for (var i = 0; i < requests.Length; i++)
        {
            if (_spent[i].IsShadow)
            {
                _spent[i].TrySpend(requests[i].Key, out decisions[i]);
            }

            decisions[i] = requests[i].Policy.Counts.Note(decisions[i], _spent[i].IsShadow);
        }
    }

    /// <summary>What is to be given back when the work is done, or null.</summary>
    public readonly RateLimitLease? Held()
    {
        RateLimitLease? held = null;
        foreach (ref readonly var spent in (ReadOnlySpan<Spent>)_spent)
        {
            held = HeldTogether.Of(held, spent.Held);
        }

        return held;
    }

    /// <summary>What a limit says that has not refused.</summary>
    public static RateLimitDecision Untouched(PolicyLimit limit, LimitKey key) =>
        limit.Look(key, 0) with
        {
            IsAdmitted = true,
            RetryAfter = TimeSpan.Zero,
        };

    /// <summary>Gives back what was spent, so that it never was.</summary>
    public readonly void Undo(ReadOnlySpan<RateLimitRequest> requests)
    {
        for (var i = 0; i < requests.Length; i++)
        {
            _spent[i].Undo(requests[i].Key);
        }
    }

    /// <summary>Counts the refusals; a policy that would have admitted tells what it still has.</summary>
    public readonly void Report(ReadOnlySpan<RateLimitRequest> requests, Span<RateLimitDecision> decisions)
    {
        for (var i = 0; i < requests.Length; i++)
        {
            if (!decisions[i].IsAdmitted && !_spent[i].IsShadow)
            {
                requests[i].Policy.Counts.Refused.Increment();
            }
            else
            {
                decisions[i] = Untouched(_spent[i].Limit, requests[i].Key);
            }
        }
    }

    private struct Spent(PolicyLimit limit, int permits, bool isShadow)
    {
        private Spending _spending;
        private bool _isSpent;

        public readonly PolicyLimit Limit => limit;

        public readonly int Permits => permits;

        public readonly bool IsShadow => isShadow;

        public RateLimitLease? Held { get; private set; }

        public bool TrySpend(LimitKey key, out RateLimitDecision decision)
        {
            decision = limit.Spend(key, permits, out _spending, out var held);
            Held = held;
            return _isSpent = decision.IsAdmitted;
        }

        public readonly void Undo(LimitKey key)
        {
            if (_isSpent)
            {
                limit.GiveBack(key, permits, _spending, Held);
            }
        }
    }

    [InlineArray(RateLimitPolicy.MaxTogether)]
    private struct Spendings
    {
        private Spent _first;
    }
}
