using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace PerfKit.Streaming.Internal;

/// <summary>Evaluates conditions in the order of RFC 9110, 13.2.2.</summary>
internal readonly struct Preconditions(
    HttpRequest request,
    string tag,
    DateTimeOffset? lastModified,
    DateTimeOffset now
)
{
    private bool IsRead => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    /// <summary>200 to go on, 304, or 412 with the field that failed.</summary>
    public int Evaluate(out string failedField)
    {
        var headers = request.Headers;
        failedField = HeaderNames.IfMatch;
        if (headers.IfMatch.Count > 0)
        {
            if (!EntityTags.Match(headers.IfMatch, tag, weakly: false))
            {
                return StatusCodes.Status412PreconditionFailed;
            }
        }
        else if (Date(headers.IfUnmodifiedSince) is { } unmodifiedSince && lastModified > unmodifiedSince)
        {
            failedField = HeaderNames.IfUnmodifiedSince;
            return StatusCodes.Status412PreconditionFailed;
        }

        failedField = HeaderNames.IfNoneMatch;
        if (headers.IfNoneMatch.Count > 0)
        {
            if (EntityTags.Match(headers.IfNoneMatch, tag, weakly: true))
            {
                return IsRead ? StatusCodes.Status304NotModified : StatusCodes.Status412PreconditionFailed;
            }
        }
        else if (IsRead && Date(headers.IfModifiedSince) is { } modifiedSince && lastModified <= modifiedSince)
        {
            return StatusCodes.Status304NotModified;
        }

        return StatusCodes.Status200OK;
    }

    /// <summary>The range to send: the whole unless GET asks for a part and If-Range, when there, holds.</summary>
    public ByteRange Range(long contentLength)
    {
        var asked = HttpMethods.IsGet(request.Method) && IfRangeHolds();
        return ByteRange.Parse(asked ? request.Headers.Range : StringValues.Empty, contentLength);
    }

    private bool IfRangeHolds()
    {
        var field = request.Headers.IfRange;
        if (field.Count == 0)
        {
            return true;
        }

        if (field.Count > 1 || field[0] is not { } value)
        {
            return false;
        }

        // A date counts only when exact and strong: a second change within its second would go unseen (RFC 9110, 8.8.2.2).
        return EntityTags.IsExactly(value, tag) || (Date(field) == lastModified && lastModified <= now.AddSeconds(-1));
    }

    private static DateTimeOffset? Date(StringValues field) =>
        field.Count == 1 && HeaderUtilities.TryParseDate(field[0], out var date) ? date : null;
}
