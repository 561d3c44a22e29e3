using System.Diagnostics.CodeAnalysis;

namespace PerfKit.RateLimit;

/// <summary>The limiters of the configured policies, one a policy for the life of the host.</summary>
public interface IRateLimitPolicies
{
    /// <summary>The names of all policies, in ordinal order.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>Finds the limiter of a policy. Names are case-sensitive.</summary>
    /// <param name="name">The policy's name.</param>
    /// <param name="limiter">The limiter when found.</param>
    /// <returns>Whether the policy exists.</returns>
    bool TryGet(string name, [MaybeNullWhen(false)] out KeyedLimiter<string> limiter);
}
