using PerfKit.RateLimit.Internal.Keyed;
using PerfKit.RateLimit.Internal.Policies;
using static System.FormattableString;

namespace PerfKit.RateLimit;

/// <summary>
/// A limit with a name: how much, whose, and for whom it is otherwise. Each key has the limit for itself, by
/// <see cref="LimitAlgorithm.TokenBucket"/>, <see cref="LimitAlgorithm.FixedWindow"/> or
/// <see cref="LimitAlgorithm.Concurrency"/>, unless it is <see cref="Shared"/>.
/// </summary>
public sealed class RateLimitPolicyOptions : LimitOptions
{
    internal const int MaxEntries = 1_000;

    /// <summary>
    /// Whose permits a request spends: the name of a key that the host can tell; upper and lower case are the same. In
    /// ASP.NET Core <c>address</c> (the default), <c>user</c>, <c>all</c>, or one that the host adds.
    /// </summary>
    public string By { get; set; } = "address";

    /// <summary>
    /// Whether all keys together have the limit. Then it counts by any algorithm, and requests may wait
    /// (<see cref="LimitOptions.QueueLimit"/>): those that do are served key by key in turn.
    /// </summary>
    public bool Shared { get; set; }

    /// <summary>Whether refusals are only counted: requests go on, and callers notice nothing. To try a limit before it bites.</summary>
    public bool Shadow { get; set; }

    /// <summary>
    /// Who is not limited, at most 1,000: keys by their text, such as a tenant's name; and whatever <see cref="By"/> says,
    /// callers by their address (<c>10.1.2.3</c>) or network (<c>10.0.0.0/8</c>, <c>2001:db8::/32</c>).
    /// </summary>
    public IList<string> Allow { get; } = [];

    /// <summary>Other limits for single keys, by their text, at most 1,000; what one does not set is the policy's.</summary>
    public Dictionary<string, RateLimitOverride> Overrides { get; } = new(StringComparer.Ordinal);

    internal RateLimitPolicyOptions Copy()
    {
        var copy = new RateLimitPolicyOptions
        {
            Algorithm = Algorithm,
            Permits = Permits,
            Period = Period,
            QueueLimit = QueueLimit,
            QueueOrder = QueueOrder,
            By = By,
            Shared = Shared,
            Shadow = Shadow,
        };
        foreach (var entry in Allow)
        {
            copy.Allow.Add(entry);
        }

        foreach (var (key, other) in Overrides)
        {
            copy.Overrides[key] = new RateLimitOverride { Permits = other.Permits, Period = other.Period };
        }

        return copy;
    }

    internal LimitOptions With(RateLimitOverride other) =>
        new()
        {
            Algorithm = Algorithm,
            Permits = other.Permits ?? Permits,
            Period = other.Period ?? Period,
        };

    internal IEnumerable<string> Faults(string prefix)
    {
        if (string.IsNullOrWhiteSpace(By))
        {
            yield return Invariant($"{prefix}By is empty but must be the name of a key, such as address.");
        }

        if (LimitFault(this, prefix) is { } fault)
        {
            yield return fault;
        }

        if (Allow.Count > MaxEntries)
        {
            yield return Invariant($"{prefix}Allow has {Allow.Count} entries but must have at most {MaxEntries}.");
        }

        for (var i = 0; i < Allow.Count; i++)
        {
            if (AllowFault(Allow[i]) is { } reason)
            {
                yield return Invariant($"{prefix}Allow:{i} is '{Allow[i]}' but must be {reason}.");
            }
        }

        var mostOverrides = Shared ? 0 : MaxEntries;
        if (Overrides.Count > mostOverrides)
        {
            var where = Shared ? " where Shared is true" : "";
            yield return Invariant(
                $"{prefix}Overrides has {Overrides.Count} entries but must have at most {mostOverrides}{where}."
            );
        }

        foreach (var (key, other) in Overrides)
        {
            if (LimitFault(With(other), $"{prefix}Overrides:{key}:") is { } otherFault)
            {
                yield return otherFault;
            }
        }
    }

    private static string? AllowFault(string? entry) =>
        string.IsNullOrWhiteSpace(entry) ? "a key, an address or a network"
        : !entry.Contains('/', StringComparison.Ordinal) || AddressRange.TryParse(entry, out _) ? null
        : "a network such as 10.0.0.0/8, or a key without '/'";

    private string? LimitFault(LimitOptions limit, string prefix)
    {
        if (Shared)
        {
            return limit.Fault(prefix);
        }

        return limit is { QueueLimit: > 0 }
            ? Invariant($"{prefix}QueueLimit is {limit.QueueLimit} but must be 0 unless Shared is true.")
            : KeyLimit.Fault(limit, prefix);
    }
}
