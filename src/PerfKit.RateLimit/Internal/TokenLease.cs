using System.Diagnostics.CodeAnalysis;
using System.Threading.RateLimiting;

namespace PerfKit.RateLimit.Internal;

/// <summary>A decision as the framework's lease. A token is spent for good, so there is nothing to give back.</summary>
internal sealed class TokenLease(RateLimitDecision decision) : RateLimitLease
{
    private static readonly string[] AdmittedNames = [KeyedTokenBucket.RemainingPermits.Name];
    private static readonly string[] RefusedNames = [.. AdmittedNames, MetadataName.RetryAfter.Name];

    public override bool IsAcquired => decision.IsAdmitted;

    public override IEnumerable<string> MetadataNames => decision.IsAdmitted ? AdmittedNames : RefusedNames;

    public override bool TryGetMetadata(string metadataName, [NotNullWhen(true)] out object? metadata)
    {
        metadata =
            metadataName == KeyedTokenBucket.RemainingPermits.Name ? decision.Remaining
            : metadataName == MetadataName.RetryAfter.Name && !decision.IsAdmitted ? decision.RetryAfter
            : null;
        return metadata is not null;
    }
}
