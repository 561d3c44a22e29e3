using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace PerfKit.Streaming.Internal;

/// <summary>Evaluates conditions in the order of RFC 9110, 13.2.2.</summary>
/// <param name="request">The request.</param>
/// <param name="etag">The chosen representation's tag as its field says it, if it has one.</param>
/// <param name="lastModified">Its date as the field says it: whole seconds, not in the future.</param>
/// <param name="now">The moment of the answer.</param>
/// <param name="sharesDate">Whether other representations have the same date: it is then no strong validator.</param>
internal readonly struct Preconditions(
    HttpRequest request,
    string? etag,
    DateTimeOffset? lastModified,
    DateTimeOffset now,
    bool sharesDate
)
{
    private bool IsRead => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    /// <summary>Methods that select no representation have none to compare with (13.2.1).</summary>
    private bool SelectsNothing =>
        HttpMethods.IsOptions(request.Method)
        || HttpMethods.IsTrace(request.Method)
        || HttpMethods.IsConnect(request.Method);

    /// <summary>200 to go on, 304, or 412 with the field that failed.</summary>
    public int Evaluate(out string failedField)
    {
        failedField = HeaderNames.IfMatch;
        if (SelectsNothing)
        {
            return StatusCodes.Status200OK;
        }

        var headers = request.Headers;
        if (headers.IfMatch is { Count: > 0 } wanted)
        {
            if (!EntityTags.Match(wanted, etag, weakly: false))
            {
                return StatusCodes.Status412PreconditionFailed;
            }
        }
        else if (
            HttpDate.Parse(headers.IfUnmodifiedSince, now) is { } unmodifiedSince
            && lastModified > unmodifiedSince
        )
        {
            failedField = HeaderNames.IfUnmodifiedSince;
            return StatusCodes.Status412PreconditionFailed;
        }

        failedField = HeaderNames.IfNoneMatch;
        if (headers.IfNoneMatch is { Count: > 0 } had)
        {
            if (EntityTags.Match(had, etag, weakly: true))
            {
                return IsRead ? StatusCodes.Status304NotModified : StatusCodes.Status412PreconditionFailed;
            }
        }
        else if (
            IsRead
            && HttpDate.Parse(headers.IfModifiedSince, now) is { } modifiedSince
            && lastModified <= modifiedSince
        )
        {
            return StatusCodes.Status304NotModified;
        }

        return StatusCodes.Status200OK;
    }

    /// <summary>Whether the Range field counts: on GET alone, and only when If-Range, if it is there, holds.</summary>
    public bool RangeCounts(out bool resumes)
    {
        var ifRange = request.Headers.IfRange;
        resumes = ifRange.Count > 0;
        if (!HttpMethods.IsGet(request.Method) || request.Headers.Range.Count == 0)
        {
            return false;
        }

        if (!resumes)
        {
            return true;
        }

        // A date counts only when exact and strong: a second change within its second would go unseen (8.8.2.2).
        return ifRange is [{ } value]
            && (
                EntityTags.IsExactly(value, etag)
                || (!sharesDate && HttpDate.Parse(ifRange, now) == lastModified && lastModified <= now.AddSeconds(-1))
            );
    }
}
