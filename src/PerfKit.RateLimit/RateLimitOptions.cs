using PerfKit.RateLimit.Internal.Keyed;
using static System.FormattableString;

namespace PerfKit.RateLimit;

/// <summary>The policies by name, and the bound on the keys each one tracks.</summary>
public sealed class RateLimitOptions
{
    internal const int MaxPolicies = 1_000;
    internal const int MaxNameLength = 64;

    /// <summary>
    /// Policies by name, at most 1,000. A name has 1 to 64 characters out of letters, digits, <c>.</c>, <c>_</c> and
    /// <c>-</c>: it is written to response fields and metrics.
    /// </summary>
    public Dictionary<string, TokenBucketPolicyOptions> Policies { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Keys with spent permits that each policy tells apart: 1 to 16,777,216, by default 100,000. The memory, 27 bytes
    /// a key, is reserved at once and does not grow.
    /// </summary>
    public int MaxKeys { get; set; } = 100_000;

    internal IEnumerable<string> Faults()
    {
        if (KeyedLimits.MaxKeysFault(MaxKeys) is { } keysFault)
        {
            yield return keysFault;
        }

        if (Policies.Count > MaxPolicies)
        {
            yield return Invariant($"Policies has {Policies.Count} entries but must have at most {MaxPolicies}.");
        }

        foreach (var (name, policy) in Policies)
        {
            if (
                name.Length is 0 or > MaxNameLength
                || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            )
            {
                yield return Invariant(
                    $"Policies:{name} must be named with 1 to {MaxNameLength} letters, digits, '.', '_' or '-'."
                );
            }

            if (policy.Fault($"Policies:{name}:") is { } fault)
            {
                yield return fault;
            }
        }
    }
}
