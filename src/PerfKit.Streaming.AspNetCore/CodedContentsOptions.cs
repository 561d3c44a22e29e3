using Microsoft.Extensions.Options;

namespace PerfKit.Streaming;

/// <summary>Settings of <see cref="CodedContents"/>.</summary>
public sealed class CodedContentsOptions
{
    internal const long LeastSourceBytes = 1024;
    private const long LeastCapacityBytes = 1 << 20;
    private const long MostCapacityBytes = 1L << 40;
    private const int MostConcurrency = 256;

    /// <summary>
    /// Where coded contents are kept, required; made when missing. Belongs to one process at a time. It is a cache: deleting it
    /// while the process is down costs the work alone.
    /// </summary>
    public string Folder { get; set; } = "";

    /// <summary>
    /// Most bytes to keep on the disk, in blocks of 4 KB: 1,048,576 to 1,099,511,627,776 (2^40), by default 1 GiB. The index takes
    /// about 250 bytes of memory a kept coding. What is being written comes on top.
    /// </summary>
    public long CapacityBytes { get; set; } = 1L << 30;

    /// <summary>
    /// Longest content that is coded, in bytes: 1,024 to <see cref="CapacityBytes"/>, by default 64 MiB. Longer ones are sent as
    /// they are, and so are those below 1,024 bytes.
    /// </summary>
    public long MaxSourceBytes { get; set; } = 64L << 20;

    /// <summary>
    /// Most codings at a time in requests, for contents up to 256 KB: 1 to 256, by default the number of processors. Longer
    /// contents are coded one after the other, behind the requests.
    /// </summary>
    public int MaxConcurrency { get; set; } = Math.Min(Environment.ProcessorCount, MostConcurrency);

    internal string? FindFault()
    {
        if (string.IsNullOrWhiteSpace(Folder) || Folder.Contains('\0'))
        {
            var shown = Folder.Replace("\0", "\\0", StringComparison.Ordinal);
            return $"CodedContentsOptions.Folder is '{shown}'; it must be the path of a folder.";
        }

        return FindFault(nameof(CapacityBytes), CapacityBytes, LeastCapacityBytes, MostCapacityBytes, " bytes")
            ?? FindFault(nameof(MaxSourceBytes), MaxSourceBytes, LeastSourceBytes, CapacityBytes, " (CapacityBytes)")
            ?? FindFault(nameof(MaxConcurrency), MaxConcurrency, 1, MostConcurrency, "");
    }

    private static string? FindFault(string name, long value, long least, long most, string unit) =>
        value >= least && value <= most
            ? null
            : FormattableString.Invariant(
                $"CodedContentsOptions.{name} is {value}; it must be between {least} and {most}{unit}."
            );
}

/// <summary>Stops the start of a host whose codings have no usable folder or bounds.</summary>
internal sealed class CodedContentsOptionsValidator : IValidateOptions<CodedContentsOptions>
{
    public ValidateOptionsResult Validate(string? name, CodedContentsOptions options) =>
        options.FindFault() is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;
}
