using System.IO.Pipelines;

namespace PerfKit.Caching;

/// <summary>
/// Contents by their hash, in reused pinned blocks, safe for any number of threads. Bytes under a hash never change, so there is
/// nothing to expire; whoever fills vouches that the bytes are the key's.
/// </summary>
public interface IContentCache
{
    /// <summary>Leases a content that is kept. Takes no lock and allocates nothing.</summary>
    /// <param name="key">The content's hash.</param>
    /// <param name="lease">The lease when found; dispose it, or its blocks are never reused.</param>
    /// <returns>Whether the content was found.</returns>
    bool TryGet(ContentKey key, out ContentLease lease);

    /// <summary>Writes a range of a content that is kept. No lease has to be held.</summary>
    /// <param name="key">The content's hash.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="count">Number of bytes; null is all to the end.</param>
    /// <param name="destination">Where the bytes go; flushed a block at a time, and not completed.</param>
    /// <param name="cancellationToken">Ends the writing with an exception.</param>
    /// <returns>False when the content is not kept; then nothing was written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range lies outside the content.</exception>
    ValueTask<bool> TryWriteToAsync(
        ContentKey key,
        long offset,
        long? count,
        PipeWriter destination,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Writes a range of a content, from memory or from its source, and keeps what came from there. However many ask, a content
    /// has one fill at a time, and all are served from what has arrived, the first at once.
    /// </summary>
    /// <remarks>
    /// A caller that cancels, or whose pipe's reader leaves, leaves alone; when the last one did, the source's token is
    /// cancelled. A caller that was served goes and the fill goes on. A range that touches the end returns only when the source
    /// ended at exactly <paramref name="length"/>. The source runs beyond the caller that opened it: it must not use what ends
    /// with the caller's request.
    /// </remarks>
    /// <typeparam name="TState">What the source needs, passed through so that the delegate can be static.</typeparam>
    /// <param name="key">The content's hash.</param>
    /// <param name="length">Length of the whole content in bytes, as its source will give it.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="count">Number of bytes; null is all to the end.</param>
    /// <param name="destination">Where the bytes go; flushed as they come, and not completed.</param>
    /// <param name="state">Given to <paramref name="open"/>.</param>
    /// <param name="open">Opens the whole content; its reader is completed here. Called once a fill.</param>
    /// <param name="cancellationToken">Ends this caller's part, not the fill for others.</param>
    /// <returns>Where the bytes came from, and whether all were taken.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range lies outside the content.</exception>
    /// <exception cref="ContentFillException">The source failed or lied; says how many bytes were written before.</exception>
    /// <exception cref="ObjectDisposedException">The cache was disposed.</exception>
    ValueTask<ContentWriteResult> WriteToAsync<TState>(
        ContentKey key,
        long length,
        long offset,
        long? count,
        PipeWriter destination,
        TState state,
        Func<TState, CancellationToken, ValueTask<PipeReader>> open,
        CancellationToken cancellationToken = default
    );

    /// <summary>Copies bytes that are at hand into the cache.</summary>
    /// <param name="key">Their hash.</param>
    /// <param name="content">The bytes.</param>
    /// <returns>False when they were refused: too long, or no budget.</returns>
    bool TryPut(ContentKey key, ReadOnlySpan<byte> content);

    /// <summary>Removes a content; a fill that is running for it will not be kept. Leases go on.</summary>
    /// <param name="key">The content's hash.</param>
    /// <returns>Whether it was kept.</returns>
    bool Remove(ContentKey key);

    /// <summary>Removes everything; no fill that is running will be kept. Leases go on.</summary>
    void Clear();

    /// <summary>Counts since the cache was made, and what it holds now.</summary>
    /// <returns>The figures, each exact, taken one after the other.</returns>
    ContentCacheStatistics GetStatistics();

    /// <summary>Says in a sentence whether a content is kept and, if not, why: for people, at a debugger or in a log.</summary>
    /// <param name="key">The content's hash.</param>
    /// <returns>The sentence. Its wording may change.</returns>
    string Explain(ContentKey key);
}
