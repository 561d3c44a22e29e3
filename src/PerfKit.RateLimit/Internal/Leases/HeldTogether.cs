using System.Diagnostics.CodeAnalysis;
using System.Threading.RateLimiting;

namespace PerfKit.RateLimit.Internal.Leases;

/// <summary>Two leases that are given back together.</summary>
internal sealed class HeldTogether : RateLimitLease
{
    private readonly RateLimitLease _one;
    private readonly RateLimitLease _other;

    private HeldTogether(RateLimitLease one, RateLimitLease other)
    {
        _one = one;
        _other = other;
    }

    public override bool IsAcquired => true;

    public override IEnumerable<string> MetadataNames => [];

    public static RateLimitLease? Of(RateLimitLease? one, RateLimitLease? other) =>
        one is null ? other
        : other is null ? one
        : new HeldTogether(one, other);

    public override bool TryGetMetadata(string metadataName, [NotNullWhen(true)] out object? metadata)
    {
        metadata = null;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _one.Dispose();
            _other.Dispose();
        }
    }
}
