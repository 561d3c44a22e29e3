using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Internal.RedisTiers;

internal sealed class RedisTierOptionsValidator : IValidateOptions<RedisTierOptions>
{
    public ValidateOptionsResult Validate(string? name, RedisTierOptions options) =>
        options.Fault(name ?? "") is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;
}
