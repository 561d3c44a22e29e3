using System.Diagnostics;
using System.Net;
using System.Threading.RateLimiting;
using PerfKit.RateLimit.Internal.Leases;
using PerfKit.RateLimit.Internal.Policies;
using static System.FormattableString;

namespace PerfKit.RateLimit;

/// <summary>
/// A configured limit at work. It follows its configuration while the host runs, and what was spent stays spent. Where
/// <see cref="RateLimitPolicyOptions.Shadow"/> is set it admits everything and counts what it would have refused.
/// </summary>
[DebuggerDisplay("{DebuggerDisplay,nq}")]
public sealed class RateLimitPolicy
{
    /// <summary>The most policies that are spent together.</summary>
    public const int MaxTogether = 8;

    private volatile PolicyState _state;

    internal RateLimitPolicy(string name, RateLimitPolicyOptions options, int maxKeys, TimeProvider clock)
    {
        Name = name;
        _state = PolicyState.Of(options, maxKeys, clock);
    }

    /// <summary>The name it is configured by.</summary>
    public string Name { get; }

    /// <summary>What is configured now, as a copy. Changing it changes no decision: change the configuration.</summary>
    public RateLimitPolicyOptions Options => _state.Options;

    internal PolicyCounts Counts { get; } = new();

    private string DebuggerDisplay =>
        Invariant(
            $"{Name}: {Options.Permits} permits in {Options.Period}, {Counts.Admitted.Value} admitted, {Counts.Refused.Value} refused"
        );

    /// <summary>The key's limit: an override or the policy's own. The object is another once it was changed.</summary>
    /// <param name="key">Whose permits.</param>
    /// <returns>The limit.</returns>
    public LimitOptions LimitOf(LimitKey key) => _state.LimitOf(key).Options;

    /// <summary>Whether somebody is on the <see cref="RateLimitPolicyOptions.Allow"/> list. To be asked before permits are.</summary>
    /// <param name="key">Whose permits.</param>
    /// <param name="address">The caller's address, if there is one.</param>
    /// <returns>Whether the key or the address is not limited.</returns>
    public bool IsAllowed(LimitKey key, IPAddress? address) => _state.IsAllowed(key, address);

    /// <summary>
    /// Spends permits of a key if it has them. Does not wait. A clock read, a hash and one compare-and-swap, or a lock where the
    /// policy is shared; allocates nothing.
    /// </summary>
    /// <param name="key">Whose permits.</param>
    /// <param name="permits">How many: at least 0; more than the key's limit has count as all of it.</param>
    /// <param name="held">What to dispose when the work is done; null where permits are spent for good, or refused.</param>
    /// <returns>The decision.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Less than no permits.</exception>
    public RateLimitDecision Acquire(LimitKey key, int permits, out RateLimitLease? held)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(permits);
        var state = _state;
        var limit = state.LimitOf(key);
        var decision = limit.Spend(key, limit.Most(permits), out _, out held);
        return Counts.Note(decision, state.IsShadow);
    }

    /// <summary>
    /// Spends permits of several policies, or of none: when one refuses, the others lose nothing. Policies in shadow mode
    /// have no say. Does not wait.
    /// </summary>
    /// <param name="requests">At most <see cref="MaxTogether"/> requests.</param>
    /// <param name="decisions">As many; what each policy said.</param>
    /// <param name="held">What to dispose when the work is done; null where permits are spent for good, or refused.</param>
    /// <returns>Whether all were admitted.</returns>
    /// <exception cref="ArgumentException">Too many requests, or fewer decisions than requests; or less than no permits.</exception>
    public static bool TryAcquire(
        ReadOnlySpan<RateLimitRequest> requests,
        Span<RateLimitDecision> decisions,
        out RateLimitLease? held
    )
    {
        JointSpending.Check(requests.Length, decisions.Length);
        if (requests.Length > 1)
        {
            return JointSpending.TrySpend(requests, decisions, isFinal: true, out held);
        }

        decisions[0] = requests[0].Policy.Acquire(requests[0].Key, requests[0].Permits, out held);
        return decisions[0].IsAdmitted;
    }

    /// <summary>
    /// As <see cref="TryAcquire"/>, but waits in the queues of shared policies, one after another by name, when all others are
    /// spent. They get theirs back when it was in vain; only permits of time that an earlier queue had brought stay spent.
    /// </summary>
    /// <param name="requests">At most <see cref="MaxTogether"/> requests.</param>
    /// <param name="decisions">As many; what each policy said.</param>
    /// <param name="cancellationToken">Ends the waiting, in vain.</param>
    /// <returns>A lease, acquired or not, to dispose when the work is done.</returns>
    /// <exception cref="ArgumentException">Too many requests, or fewer decisions than requests; or less than no permits.</exception>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    public static ValueTask<RateLimitLease> AcquireAsync(
        ReadOnlyMemory<RateLimitRequest> requests,
        Memory<RateLimitDecision> decisions,
        CancellationToken cancellationToken
    )
    {
        JointSpending.Check(requests.Length, decisions.Length);
        return JointSpending.TrySpend(requests.Span, decisions.Span, isFinal: false, out var held)
            ? new(held ?? GrantedLease.Shared)
            : new JointWaiting(requests, decisions).AcquireAsync(cancellationToken);
    }

    /// <summary>Says in a sentence what the key has left and when it gets more; spends and counts nothing.</summary>
    /// <param name="key">Whose permits.</param>
    /// <returns>The sentence. Its wording may change.</returns>
    public string Explain(LimitKey key)
    {
        var state = _state;
        var limit = state.LimitOf(key);
        var whose =
            state.Options.Shared ? "All keys together have"
            : ReferenceEquals(limit, state.Limit) ? "The key has"
            : "The key has, by an override,";
        var shadow = state.Options.Shadow ? " Refusals are only counted: it is in shadow mode." : "";
        return state.IsAllowed(key, null)
            ? Invariant($"Policy '{Name}' does not limit the key: it is on its allow list.")
            : Invariant($"{whose} {limit.Describe(key)} in policy '{Name}'.{shadow}");
    }

    internal PolicyLimit LimitAt(LimitKey key, out bool isShadow)
    {
        var state = _state;
        isShadow = state.IsShadow;
        return state.LimitOf(key);
    }

    /// <summary>Follows a changed configuration. Not for two threads at once.</summary>
    internal void Change(RateLimitPolicyOptions options)
    {
        var former = _state;
        var state = former.Changed(options);
        _state = state;
        state.Inherit(former);
    }

    /// <summary>Refuses those who wait.</summary>
    internal void Dispose() => _state.Limit.Dispose();
}
