using System.Diagnostics.CodeAnalysis;

namespace PerfKit.RateLimit;

/// <summary>The configured policies, each one object for the life of the host.</summary>
public interface IRateLimitPolicies
{
    /// <summary>The names of all policies, in ordinal order.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>Finds a policy. Upper and lower case are the same.</summary>
    /// <param name="name">The policy's name.</param>
    /// <param name="policy">The policy when found. It stays in force when its configuration is removed.</param>
    /// <returns>Whether the policy exists.</returns>
    bool TryGet(string name, [MaybeNullWhen(false)] out RateLimitPolicy policy);
}
