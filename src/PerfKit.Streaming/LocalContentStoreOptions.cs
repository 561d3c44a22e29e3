using Microsoft.Extensions.Options;

namespace PerfKit.Streaming;

/// <summary>Settings of a <see cref="LocalContentStore"/>.</summary>
public sealed class LocalContentStoreOptions
{
    /// <summary>
    /// The folder of the store, required; made when missing. May itself be a link, nothing below it is followed. A relative
    /// path counts from the current folder. Give the store a folder of its own, on one file system.
    /// </summary>
    public string Root { get; set; } = "";

    /// <summary>
    /// Whether finished and committed contents survive a power cut: the file and its folder are synced. Default true; false
    /// saves about two disk flushes a content and leaves it to the operating system.
    /// </summary>
    public bool Durable { get; set; } = true;

    internal string? FindFault() =>
        string.IsNullOrWhiteSpace(Root) || Root.Contains('\0')
            ? $"LocalContentStoreOptions.Root is '{Root.Replace("\0", "\\0", StringComparison.Ordinal)}'; it must be the path of a folder."
            : null;
}

/// <summary>Stops the start of a host whose store has no usable folder.</summary>
internal sealed class LocalContentStoreOptionsValidator : IValidateOptions<LocalContentStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, LocalContentStoreOptions options) =>
        options.FindFault() is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;
}
