using Microsoft.AspNetCore.Http;
using PerfKit.Streaming.Internal;

namespace PerfKit.Streaming;

/// <summary>Answers GET and HEAD with a content.</summary>
public static class ContentResults
{
    /// <summary>
    /// Answers as RFC 9110 says: conditions in their order (304, 412), one range (206, 416), the whole otherwise; several
    /// ranges, an unknown unit or a malformed field count as no range. Memory is one block of 256 KB whatever the length, and a
    /// reader that leaves ends the copy at the next block.
    /// </summary>
    /// <param name="what">What the answer says of the content.</param>
    /// <param name="open">
    /// Opens it, called only when a body will be sent. Null, or a content of another length, gives a problem answer with status 500
    /// and type <c>urn:perfkit:content-missing</c>; a content that ends early breaks the connection, so no client takes a
    /// part for the whole.
    /// </param>
    /// <exception cref="ArgumentException">A field of <paramref name="what"/> cannot stand in a header.</exception>
    public static IResult Stream(ContentDescription what, Func<CancellationToken, ValueTask<ContentReader?>> open)
    {
        ArgumentNullException.ThrowIfNull(what);
        ArgumentNullException.ThrowIfNull(open);
        HeaderText.Demand(what);
        return new ContentResult(what, open);
    }
}
