using System.Diagnostics.CodeAnalysis;
using System.Threading.RateLimiting;

namespace PerfKit.RateLimit.Internal.Leases;

/// <summary>
/// What a limiter gives to all whom it refuses the same number of permits. The wait is looked up when it is asked for, so
/// it is right then, too.
/// </summary>
internal sealed class RefusedLease(Limiter owner, int permits, bool foundNoRoom) : RateLimitLease
{
    public int Permits => permits;

    public override bool IsAcquired => false;

    public override IEnumerable<string> MetadataNames
    {
        get
        {
            if (owner.RetryAfter(permits) is not null)
            {
                yield return MetadataName.RetryAfter.Name;
            }

            if (foundNoRoom)
            {
                yield return MetadataName.ReasonPhrase.Name;
            }
        }
    }

    public override bool TryGetMetadata(string metadataName, [NotNullWhen(true)] out object? metadata)
    {
        metadata =
            metadataName == MetadataName.RetryAfter.Name ? owner.RetryAfter(permits)
            : foundNoRoom && metadataName == MetadataName.ReasonPhrase.Name ? "Queue limit reached"
            : null;
        return metadata is not null;
    }
}
