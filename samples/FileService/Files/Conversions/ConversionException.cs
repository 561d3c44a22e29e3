namespace FileService.Files.Conversions;

/// <summary>Content that cannot be converted, and why, as a sentence for the caller (422).</summary>
internal sealed class ConversionException(string message, string? parameter = null, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>What is at fault inside the content, such as <c>line 7</c>; null when it is the content as a whole.</summary>
    public string? Parameter { get; } = parameter;
}
