namespace PerfKit.Streaming;

/// <summary>
/// Holds contents under their SHA-256. Bytes under a hash never change, so nothing here is ever invalidated, and the address
/// is the condition: what is opened under a hash is that content or nothing. Safe for concurrent use; a reader or writer it
/// hands out is for one caller at a time. A store of your own proves itself with <see cref="ContentStoreContract"/>.
/// </summary>
public interface IContentStore
{
    /// <summary>Length and hash of a content, or null when the store does not hold it.</summary>
    ValueTask<ContentInfo?> GetInfoAsync(ContentHash hash, CancellationToken cancellationToken = default);

    /// <summary>
    /// Opens a content, or null when the store does not hold it. The reader reads any range, and moves no byte before it is
    /// asked for one. It stays readable when the content is deleted meanwhile. Dispose it.
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
    /// Contents in the order of their hashes. Contents that come or go during the listing may be in it or not; all others are
    /// in it exactly once.
    /// </summary>
    /// <param name="prefix">
    /// Only hashes that begin with these hex digits, of either case: 16 listings of one digit each may run side by side.
    /// </param>
    /// <param name="after">Only hashes behind this one, held or not: where an earlier listing ended.</param>
    /// <param name="cancellationToken">Ends the listing with an exception.</param>
    /// <exception cref="ArgumentException">The prefix is not 0 to 64 hex digits; thrown once the listing is read.</exception>
    IAsyncEnumerable<ContentInfo> ListAsync(
        string prefix = "",
        ContentHash? after = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Removes a content.</summary>
    /// <param name="hash">The content.</param>
    /// <param name="unlessCommittedSince">
    /// Keeps the content when a commit of it began at this time or later, also a commit that found it present, and also one that
    /// runs at the same time. Null removes it whatever its age.
    /// </param>
    /// <param name="cancellationToken">Gives up before anything is removed.</param>
    /// <returns>True when it was removed; false when the store did not hold it or kept it.</returns>
    ValueTask<bool> DeleteAsync(
        ContentHash hash,
        DateTimeOffset? unlessCommittedSince = null,
        CancellationToken cancellationToken = default
    );
}
