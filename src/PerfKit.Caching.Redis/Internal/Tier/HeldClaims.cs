using System.Collections.Concurrent;

namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>The claims this process holds, renewed every third of the lease.</summary>
internal sealed class HeldClaims : IDisposable
{
    private readonly ConcurrentDictionary<HeldClaim, bool> _claims = new();
    private readonly ITimer _timer;

    public HeldClaims(TierContext tier) =>
        _timer = tier.Time.CreateTimer(
            static state => ((HeldClaims)state!).Renew(),
            this,
            tier.Options.ClaimLease / 3,
            tier.Options.ClaimLease / 3
        );

    public void Add(HeldClaim claim) => _claims[claim] = true;

    public bool Remove(HeldClaim claim) => _claims.TryRemove(claim, out _);

    public void Dispose() => _timer.Dispose();

    private void Renew()
    {
        foreach (var (claim, _) in _claims)
        {
            _ = claim.RenewAsync();
        }
    }
}
