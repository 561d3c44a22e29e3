using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Internal.Contents;

internal sealed class ContentCacheOptionsValidator : IValidateOptions<ContentCacheOptions>
{
    public ValidateOptionsResult Validate(string? name, ContentCacheOptions options) =>
        options.Fault(name ?? "") is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;
}
