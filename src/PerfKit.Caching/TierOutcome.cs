namespace PerfKit.Caching;

/// <summary>What <see cref="ICacheTier.ReadOrClaimAsync"/> gives: a value or the right to make it.</summary>
/// <param name="Entry">The value that is there.</param>
/// <param name="Claim">The right to make it, where there is none.</param>
public readonly record struct TierOutcome(TierEntry? Entry, TierClaim? Claim)
{
    /// <summary>Whether this came only after another process had made the value or died: then the time it took is not the tier's.</summary>
    public bool HasWaited { get; init; }
}
