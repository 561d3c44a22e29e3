using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Internal;

internal sealed class TieredCacheOptionsValidator : IValidateOptions<TieredCacheOptions>
{
    public ValidateOptionsResult Validate(string? name, TieredCacheOptions options) =>
        options.Fault(name ?? "") is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;
}
