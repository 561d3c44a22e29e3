namespace PerfKit.Caching;

/// <summary>What <see cref="ICacheTier.ReadOrClaimAsync"/> gives: a value or the right to make it.</summary>
/// <param name="Entry">The value that is there.</param>
/// <param name="Claim">The right to make it, where there is none.</param>
public readonly record struct TierOutcome(TierEntry? Entry, TierClaim? Claim);
