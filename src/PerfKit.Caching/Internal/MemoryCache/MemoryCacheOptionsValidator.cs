using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Internal;

internal sealed class MemoryCacheOptionsValidator : IValidateOptions<PerfKitMemoryCacheOptions>
{
    public ValidateOptionsResult Validate(string? name, PerfKitMemoryCacheOptions options) =>
        options.Fault(name ?? "") is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;
}
