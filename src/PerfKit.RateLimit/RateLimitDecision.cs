namespace PerfKit.RateLimit;

/// <summary>What a limiter said to one request.</summary>
/// <param name="IsAdmitted">Whether the permits were spent.</param>
/// <param name="Remaining">Permits the key could still spend at once.</param>
/// <param name="RetryAfter">
/// After a refusal, how long until the same request would be admitted if nobody else spends, never too short; zero when
/// admitted.
/// </param>
/// <param name="NextPermit">How long until one permit more than <paramref name="Remaining"/> is there; zero when full.</param>
public readonly record struct RateLimitDecision(
    bool IsAdmitted,
    int Remaining,
    TimeSpan RetryAfter,
    TimeSpan NextPermit
);
