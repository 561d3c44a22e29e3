using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Internal.Memory;

internal sealed class MemoryBudgetOptionsValidator : IValidateOptions<MemoryBudgetOptions>
{
    public ValidateOptionsResult Validate(string? name, MemoryBudgetOptions options) =>
        options.Fault() is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;
}
