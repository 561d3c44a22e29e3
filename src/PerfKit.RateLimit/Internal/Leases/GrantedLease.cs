using System.Diagnostics.CodeAnalysis;
using System.Threading.RateLimiting;

namespace PerfKit.RateLimit.Internal.Leases;

/// <summary>The lease of permits that are spent for good: there is nothing to give back, so all share one.</summary>
internal sealed class GrantedLease : RateLimitLease
{
    public static readonly GrantedLease Shared = new();

    public override bool IsAcquired => true;

    public override IEnumerable<string> MetadataNames => [];

    public override bool TryGetMetadata(string metadataName, [NotNullWhen(true)] out object? metadata)
    {
        metadata = null;
        return false;
    }
}
