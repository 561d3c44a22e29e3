using Microsoft.Extensions.Options;

namespace PerfKit.Query.Internal;

/// <summary>Says in a sentence what is wrong with the keys; used at start and by the constructor.</summary>
internal sealed class KeysetCursorOptionsValidator : IValidateOptions<KeysetCursorOptions>
{
    private const int MaxKeys = 16;
    private const int MinKeyBytes = 16;
    private const int MaxKeyBytes = 1024;

    public ValidateOptionsResult Validate(string? name, KeysetCursorOptions options) =>
        Fault(options) is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;

    public static string? Fault(KeysetCursorOptions options)
    {
        if (options.Keys.Count is < 1 or > MaxKeys)
        {
            return $"KeysetCursorOptions.Keys has {options.Keys.Count} keys; it must have 1 to {MaxKeys}, the first signs.";
        }

        for (var i = 0; i < options.Keys.Count; i++)
        {
            var bytes = options.Keys[i]?.Length ?? 0;
            if (bytes is < MinKeyBytes or > MaxKeyBytes)
            {
                return $"KeysetCursorOptions.Keys:{i} has {bytes} bytes; a key must have {MinKeyBytes} to {MaxKeyBytes}.";
            }
        }

        return null;
    }
}
