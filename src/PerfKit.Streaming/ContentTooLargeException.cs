namespace PerfKit.Streaming;

/// <summary>More bytes came than are allowed; nothing of the content was kept. HTTP says 413.</summary>
/// <param name="maxBytes">The limit, in bytes.</param>
public sealed class ContentTooLargeException(long maxBytes)
    : Exception($"The content is longer than the {maxBytes} bytes allowed here.")
{
    /// <summary>The limit that was passed, in bytes.</summary>
    public long MaxBytes { get; } = maxBytes;
}
