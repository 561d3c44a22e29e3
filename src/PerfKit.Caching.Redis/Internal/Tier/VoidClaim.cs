namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>A claim made while writes of others may go unheard: nothing can prove it right, so it never writes.</summary>
internal sealed class VoidClaim : TierClaim
{
    public static VoidClaim Instance { get; } = new();

    public override ValueTask<bool> WriteAsync(TierValue value, CancellationToken cancellationToken) => new(false);

    public override ValueTask DisposeAsync() => default;
}
