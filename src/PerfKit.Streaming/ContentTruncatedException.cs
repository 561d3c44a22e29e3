namespace PerfKit.Streaming;

/// <summary>The bytes ended before the declared length; nothing of the content was kept. HTTP says 400.</summary>
/// <param name="declaredBytes">Bytes that were announced, or null when the body was chunked.</param>
/// <param name="receivedBytes">Bytes that came.</param>
/// <param name="innerException">The connection error that cut the body, if there was one.</param>
public sealed class ContentTruncatedException(long? declaredBytes, long receivedBytes, Exception? innerException = null)
    : Exception(
        declaredBytes is { } declared
            ? $"The content ended after {receivedBytes} of {declared} bytes."
            : $"The content was cut after {receivedBytes} bytes.",
        innerException
    )
{
    /// <summary>Bytes that were announced, or null when no length was.</summary>
    public long? DeclaredBytes { get; } = declaredBytes;

    /// <summary>Bytes that came.</summary>
    public long ReceivedBytes { get; } = receivedBytes;
}
