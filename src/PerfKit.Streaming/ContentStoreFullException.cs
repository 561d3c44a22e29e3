namespace PerfKit.Streaming;

/// <summary>The store has no room for the content; nothing of it was kept. HTTP says 507.</summary>
/// <param name="message">A sentence that names the store and what was wanted.</param>
/// <param name="innerException">The disk's own error, if there was one.</param>
public sealed class ContentStoreFullException(string message, Exception? innerException = null)
    : IOException(message, innerException);
