using System.Threading.RateLimiting;
using PerfKit.RateLimit.Internal.Leases;
using PerfKit.RateLimit.Internal.Limits;

namespace PerfKit.RateLimit.Internal.Policies;

/// <summary>
/// Several policies at once, some of which are waited for: those that do not wait are spent first, together, then each
/// queue is stood in, in turn. In vain, all is given back, but for the permits of time that an earlier queue had brought:
/// by these it is strict.
/// </summary>
internal sealed class JointWaiting(ReadOnlyMemory<RateLimitRequest> requests, Memory<RateLimitDecision> decisions)
{
    private readonly List<int> _atOnce = [];
    private readonly List<(int Index, SharedPolicyLimit Limit)> _waiting = [];
    private JointSpending _joint;
    private RateLimitRequest[] _asked = [];
    private RateLimitLease? _held;

    public async ValueTask<RateLimitLease> AcquireAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < requests.Length; i++)
        {
            var request = requests.Span[i];
            ArgumentOutOfRangeException.ThrowIfNegative(request.Permits, nameof(requests));
            if (
                request.Policy.LimitAt(request.Key, out var isShadow) is SharedPolicyLimit { MayWait: true } limit
                && !isShadow
            )
            {
                _waiting.Add((i, limit));
            }
            else
            {
                _atOnce.Add(i);
            }
        }

        // All stand in the queues in one order: else two could each hold what the other waits for.
        _waiting.Sort((one, other) => string.CompareOrdinal(NameOf(one.Index), NameOf(other.Index)));
        if (!TrySpendAtOnce())
        {
            Tell(_waiting.Select(static it => it.Index));
            return WaitLease.Of(LongestWait());
        }

        try
        {
            for (var turn = 0; turn < _waiting.Count; turn++)
            {
                var (i, limit) = _waiting[turn];
                var lease = await WaitAsync(i, limit, cancellationToken).ConfigureAwait(false);
                if (!lease.IsAcquired)
                {
                    Undo();
                    Tell(_atOnce.Concat(_waiting.Where((_, at) => at != turn).Select(static it => it.Index)));
                    return lease;
                }

                _held = HeldTogether.Of(_held, lease == GrantedLease.Shared ? null : lease);
            }
        }
        catch
        {
            Undo(); // Given up, or the limiter was disposed.
            throw;
        }

        foreach (var (i, _) in _waiting)
        {
            requests.Span[i].Policy.Counts.Admitted.Increment();
        }

        KeepAtOnce();
        return HeldTogether.Of(_held, _joint.Held()) ?? GrantedLease.Shared;
    }

    private string NameOf(int i) => requests.Span[i].Policy.Name;

    /// <summary>What policies have that had no part in a refusal.</summary>
    private void Tell(IEnumerable<int> others)
    {
        foreach (var i in others)
        {
            var request = requests.Span[i];
            decisions.Span[i] = JointSpending.Untouched(request.Policy.LimitAt(request.Key, out _), request.Key);
        }
    }

    private bool TrySpendAtOnce()
    {
        _asked = [.. _atOnce.Select(i => requests.Span[i])];
        Span<RateLimitDecision> said = stackalloc RateLimitDecision[_asked.Length];
        var isAdmitted = _joint.TrySpendAll(_asked, said);
        if (!isAdmitted)
        {
            _joint.Report(_asked, said);
        }

        Tell(said);
        return isAdmitted;
    }

    private async ValueTask<RateLimitLease> WaitAsync(
        int i,
        SharedPolicyLimit limit,
        CancellationToken cancellationToken
    )
    {
        var request = requests.Span[i];
        var turn = limit.WaitAsync(request.Key, request.Permits, cancellationToken);
        if (!turn.IsCompleted)
        {
            request.Policy.Counts.Queued.Increment();
        }

        var lease = await turn.ConfigureAwait(false);
        if (lease.IsAcquired)
        {
            decisions.Span[i] = JointSpending.Untouched(limit, request.Key);
            return lease;
        }

        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : Timeout.InfiniteTimeSpan;
        decisions.Span[i] = new RateLimitDecision(false, 0, wait, wait);
        request.Policy.Counts.Refused.Increment();
        return lease;
    }

    private long LongestWait()
    {
        var longest = 0L;
        foreach (ref readonly var decision in decisions.Span[..requests.Length])
        {
            longest = Math.Max(
                longest,
                decision.RetryAfter == Timeout.InfiniteTimeSpan
                    ? Limit.UntilReturned
                    : decision.RetryAfter.Ticks * LimitClock.UnitsPerTick
            );
        }

        return longest;
    }

    private void KeepAtOnce()
    {
        Span<RateLimitDecision> said = stackalloc RateLimitDecision[_asked.Length];
        for (var i = 0; i < said.Length; i++)
        {
            said[i] = decisions.Span[_atOnce[i]];
        }

        _joint.Keep(_asked, said);
        Tell(said);
    }

    private void Tell(ReadOnlySpan<RateLimitDecision> said)
    {
        for (var i = 0; i < said.Length; i++)
        {
            decisions.Span[_atOnce[i]] = said[i];
        }
    }

    private void Undo()
    {
        _held?.Dispose();
        _joint.Undo(_asked);
    }
}
