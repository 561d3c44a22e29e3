namespace PerfKit.Caching;

/// <summary>
/// A content's source failed, or gave fewer or more bytes than were declared. Nothing of it was kept. The reader may have
/// got a part by then: whoever passes it on must not let it look whole.
/// </summary>
/// <param name="message">A sentence that names the content and what happened.</param>
/// <param name="bytesWritten">Bytes this call had written to its pipe before.</param>
/// <param name="innerException">What the source threw; null when it lied about the length.</param>
public sealed class ContentFillException(string message, long bytesWritten, Exception? innerException = null)
    : IOException(message, innerException)
{
    /// <summary>Bytes this call had written to its pipe before the failure.</summary>
    public long BytesWritten { get; } = bytesWritten;
}
