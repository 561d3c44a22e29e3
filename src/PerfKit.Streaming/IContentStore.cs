namespace PerfKit.Streaming;

/// <summary>
/// Holds contents under their SHA-256. Bytes under a hash never change, so nothing here is ever invalidated.
/// Safe for concurrent use; a reader or writer it hands out is for one caller at a time.
/// </summary>
public interface IContentStore
{
    /// <summary>Length and hash of a content, or null when the store does not hold it.</summary>
    ValueTask<ContentInfo?> GetInfoAsync(ContentHash hash, CancellationToken cancellationToken = default);

    /// <summary>
    /// Opens a content, or null when the store does not hold it. An open reader stays readable when the content is
    /// deleted meanwhile. Dispose it.
    /// </summary>
    ValueTask<ContentReader?> OpenReadAsync(ContentHash hash, CancellationToken cancellationToken = default);

    /// <summary>
    /// Begins a content. Nothing is visible until <see cref="ContentWriter.CommitAsync"/>; disposing earlier leaves no trace.
    /// </summary>
    /// <param name="length">Bytes to come, when known: more or fewer are then an error, and too many are refused at once.</param>
    /// <param name="cancellationToken">Gives up before the writer exists.</param>
    /// <exception cref="ContentStoreFullException">There is no room for <paramref name="length"/> bytes.</exception>
    ValueTask<ContentWriter> CreateWriterAsync(long? length = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// All contents in the order of their hashes, beginning behind <paramref name="after"/>. Contents that come or go during
    /// the listing may be in it or not; all others are in it exactly once.
    /// </summary>
    IAsyncEnumerable<ContentInfo> ListAsync(ContentHash? after = null, CancellationToken cancellationToken = default);

    /// <summary>Removes a content; false when the store did not hold it.</summary>
    ValueTask<bool> DeleteAsync(ContentHash hash, CancellationToken cancellationToken = default);
}
