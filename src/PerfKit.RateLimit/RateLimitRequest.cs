namespace PerfKit.RateLimit;

/// <summary>What a piece of work asks of one policy.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Key">Whose permits.</param>
/// <param name="Permits">How many: at least 0; more than the key's limit has count as all of it.</param>
public readonly record struct RateLimitRequest(RateLimitPolicy Policy, LimitKey Key, int Permits = 1);
