using System.Diagnostics.CodeAnalysis;
using System.Threading.RateLimiting;

namespace PerfKit.RateLimit.Internal;

/// <summary>What a handler of refusals is told.</summary>
internal sealed class RefusedLease(TimeSpan retryAfter) : RateLimitLease
{
    public override bool IsAcquired => false;

    public override IEnumerable<string> MetadataNames => [MetadataName.RetryAfter.Name];

    public override bool TryGetMetadata(string metadataName, [NotNullWhen(true)] out object? metadata)
    {
        metadata = metadataName == MetadataName.RetryAfter.Name ? retryAfter : null;
        return metadata is not null;
    }
}
