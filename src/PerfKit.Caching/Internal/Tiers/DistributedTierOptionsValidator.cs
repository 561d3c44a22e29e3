using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Internal;

internal sealed class DistributedTierOptionsValidator : IValidateOptions<DistributedTierOptions>
{
    public ValidateOptionsResult Validate(string? name, DistributedTierOptions options) =>
        options.Fault(name ?? "") is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;
}
