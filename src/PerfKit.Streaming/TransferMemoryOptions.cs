using Microsoft.Extensions.Options;

namespace PerfKit.Streaming;

/// <summary>Bounds of a <see cref="TransferMemory"/>.</summary>
public sealed class TransferMemoryOptions
{
    /// <summary>
    /// Most bytes that all transfers hold at once. 1 MiB to 1 TiB (2^40); default 256 MiB, room for 14,336 transfers.
    /// </summary>
    public long CapacityBytes { get; set; } = 256L << 20;

    internal string? FindFault() =>
        CapacityBytes is < 1 << 20 or > 1L << 40
            ? $"TransferMemoryOptions.CapacityBytes is {CapacityBytes}; it must be between {1 << 20} and {1L << 40} bytes."
            : null;
}

/// <summary>Stops the start of a host whose transfers have no usable bound.</summary>
internal sealed class TransferMemoryOptionsValidator : IValidateOptions<TransferMemoryOptions>
{
    public ValidateOptionsResult Validate(string? name, TransferMemoryOptions options) =>
        options.FindFault() is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;
}
