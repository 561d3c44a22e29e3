using System.IO.Pipelines;
using PerfKit.Streaming.Internal;

namespace PerfKit.Streaming;

/// <summary>Answers GET and HEAD with a content.</summary>
public static class ContentResults
{
    /// <summary>
    /// Answers as RFC 9110 says: conditions in their order (304, 412), ranges, one or several (206, 416), the whole
    /// otherwise; an unknown unit and a malformed field count as no range. Memory is one block of at most 256 KB whatever the
    /// length, and a reader that leaves ends the copy at the next block.
    /// </summary>
    /// <param name="what">What the answer says of the content; it has an entity tag or a hash.</param>
    /// <param name="open">
    /// Opens it, called only when a body will be sent. Null, or a content of another length, gives a problem answer
    /// with status 500 and type <c>urn:perfkit:content-missing</c>; a content that ends early breaks the connection, so
    /// no client takes a part for the whole.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A field of <paramref name="what"/> cannot stand in a header, or both tag and hash are missing.
    /// </exception>
    public static DownloadResult Stream(
        ContentDescription what,
        Func<CancellationToken, ValueTask<ContentReader?>> open
    )
    {
        ArgumentNullException.ThrowIfNull(what);
        ArgumentNullException.ThrowIfNull(open);
        HeaderText.DemandTagged(what);
        return new DownloadResult(what, new DelegateSource(open));
    }

    /// <summary>The same with a content that a store holds under the description's hash.</summary>
    /// <param name="what">
    /// What the answer says of the content; <see cref="ContentDescription.Sha256"/> is needed, a length is not.
    /// </param>
    /// <param name="store">
    /// The store. Where it holds nothing under the hash the answer is 404, or 500 when a length was described.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A field of <paramref name="what"/> cannot stand in a header, or the hash is missing.
    /// </exception>
    public static DownloadResult Stream(ContentDescription what, IContentStore store)
    {
        ArgumentNullException.ThrowIfNull(what);
        ArgumentNullException.ThrowIfNull(store);
        HeaderText.Demand(what);
        return what.Sha256 is { } hash
            ? new DownloadResult(what, new StoreSource(store, hash))
            : throw new ArgumentException(
                "A store finds a content by its hash: set ContentDescription.Sha256.",
                nameof(what)
            );
    }

    /// <summary>
    /// The same with a file. Without a tag or hash described, its tag comes from length and last write.
    /// </summary>
    /// <param name="what">
    /// What the answer says of the content; length, tag and date may be left to the file. A tag of a file is weak for
    /// three seconds after a write, as another write could still bear the same time, and then strong; a tool that sets
    /// the date back deceives it.
    /// </param>
    /// <param name="path">
    /// The file, chosen by the application: nothing here keeps a path within a folder. Missing, it is 404.
    /// </param>
    /// <exception cref="ArgumentException">A field of <paramref name="what"/> cannot stand in a header.</exception>
    public static DownloadResult File(ContentDescription what, string path)
    {
        ArgumentNullException.ThrowIfNull(what);
        ArgumentException.ThrowIfNullOrEmpty(path);
        HeaderText.Demand(what);
        return new DownloadResult(what, new FileSource(path));
    }

    /// <summary>
    /// Answers with a pipe, whole and once: conditions count where a tag or date is described, ranges do not. Without a
    /// length it is sent in chunks, and breaks the connection when the pipe fails or ends before a length that was
    /// described.
    /// </summary>
    /// <param name="what">What the answer says of the content; anything but its type may be unknown.</param>
    /// <param name="pipe">
    /// The bytes. It is completed when the answer ends, also when nothing of it was sent or the reader left.
    /// </param>
    /// <exception cref="ArgumentException">A field of <paramref name="what"/> cannot stand in a header.</exception>
    public static DownloadResult Stream(ContentDescription what, PipeReader pipe)
    {
        ArgumentNullException.ThrowIfNull(what);
        ArgumentNullException.ThrowIfNull(pipe);
        HeaderText.Demand(what);
        return new DownloadResult(what, new PipeSource(pipe));
    }
}
