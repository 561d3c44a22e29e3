using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Internal;

internal sealed class LocalCacheOptionsValidator : IValidateOptions<LocalCacheOptions>
{
    public ValidateOptionsResult Validate(string? name, LocalCacheOptions options) =>
        options.Fault(name ?? "") is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;
}
