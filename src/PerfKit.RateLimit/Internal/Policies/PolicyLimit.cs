using System.Threading.RateLimiting;
using PerfKit.RateLimit.Internal.Keyed;

namespace PerfKit.RateLimit.Internal.Policies;

/// <summary>The limiter behind a policy, for every key or for one that has an override. It counts nothing: policies do.</summary>
internal abstract class PolicyLimit : IDisposable
{
    private volatile int _permits; // Whatever becomes of the options, which others can see.

    protected PolicyLimit(LimitOptions options)
    {
        Options = options;
        IsHeld = options.Algorithm == LimitAlgorithm.Concurrency;
        Set(options);
    }

    /// <summary>Replaced when the limit changes.</summary>
    public LimitOptions Options { get; private set; }

    protected bool IsHeld { get; }

    protected int QueueLimit { get; private set; }

    /// <summary>What is spent for so many: all of the limit when there are fewer.</summary>
    public int Most(int permits) => Math.Min(permits, _permits);

    /// <summary>Spends if all are there.</summary>
    public abstract RateLimitDecision Spend(LimitKey key, int permits, out Spending spending, out RateLimitLease? held);

    /// <summary>What <see cref="Spend"/> would say; 0 permits tell what is left.</summary>
    public abstract RateLimitDecision Look(LimitKey key, int permits);

    /// <summary>Undoes a spending that came to nothing.</summary>
    public abstract void GiveBack(LimitKey key, int permits, Spending spending, RateLimitLease? held);

    public abstract string Describe(LimitKey key);

    /// <summary>Changes the limit under way, or not if it cannot.</summary>
    public abstract bool TryChange(LimitOptions options);

    /// <summary>Refuses those who wait.</summary>
    public abstract void Dispose();

    /// <summary>
    /// Makes a key go on with what it has spent elsewhere, as far as there is so much. A fresh limit knows nothing of that yet;
    /// another has been where the key began.
    /// </summary>
    public void Charge(LimitKey key, PolicyLimit from, bool isFresh)
    {
        if (IsHeld || from.IsHeld)
        {
            return;
        }

        var left = Look(key, 0).Remaining;
        var more = from.SpentBy(key) - (isFresh ? 0 : _permits - left);
        if (more > 0)
        {
            Spend(key, Math.Min(more, left), out _, out _);
        }
    }

    protected void Set(LimitOptions options)
    {
        Options = options;
        QueueLimit = options.QueueLimit;
        _permits = options.Permits;
    }

    private int SpentBy(LimitKey key) => _permits - Look(key, 0).Remaining;
}
