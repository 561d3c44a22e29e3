using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// Writes the fields of an answer, each set once its status is sure. Content-Location, Expires and whatever else the
/// application wrote before stand as they are.
/// </summary>
internal static class AnswerFields
{
    /// <summary>
    /// What every answer about a representation says, refusals too: which it was, and what had a say in choosing it.
    /// </summary>
    public static void Selected(HttpResponse response, Representation chosen)
    {
        if (chosen.ETag is not null)
        {
            response.Headers.ETag = chosen.ETag;
        }

        if (chosen.VariesByEncoding)
        {
            response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        }
    }

    /// <summary>
    /// 304: what tells which content it was and how long it may be kept, and no more (RFC 9110, 15.4.5).
    /// </summary>
    public static void NotModified(
        HttpResponse response,
        ContentDescription what,
        Representation chosen,
        DateTimeOffset? lastModified
    )
    {
        response.StatusCode = StatusCodes.Status304NotModified;
        Selected(response, chosen);
        Freshness(response, what);
        if (chosen.ETag is null && lastModified is { } date)
        {
            response.Headers.LastModified = HttpDate.Format(date);
        }
    }

    public static void Freshness(HttpResponse response, ContentDescription what)
    {
        if (what.CacheControl is not null)
        {
            response.Headers.CacheControl = what.CacheControl;
        }
    }

    /// <summary>
    /// Last-Modified, which is never later than Date: a change of these very seconds is compared with the clock it was
    /// judged by, and the server's own Date lags up to a second behind (8.8.2.1).
    /// </summary>
    public static void Modified(HttpResponse response, DateTimeOffset? lastModified, DateTimeOffset now)
    {
        if (lastModified is not { } date)
        {
            return;
        }

        response.Headers.LastModified = HttpDate.Format(date);
        if (date > now.AddSeconds(-5))
        {
            response.Headers.Date = HttpDate.Format(now);
        }
    }

    /// <summary>That parts may be asked for; on the answers that are about bytes.</summary>
    public static void Ranges(HttpResponse response, Representation chosen)
    {
        if (chosen.HasRanges)
        {
            response.Headers.AcceptRanges = "bytes";
        }
    }

    public static void Name(HttpResponse response, ContentDescription what)
    {
        if (ContentDisposition.Write(what.FileName, what.Attachment) is { } disposition)
        {
            response.Headers.ContentDisposition = disposition;
        }
    }

    public static void Whole(HttpResponse response, ContentDescription what, Representation chosen)
    {
        Described(response, what, chosen);
        response.ContentLength = chosen.Length;
    }

    /// <summary>One part or several. Whoever resumes has the fields of the first answer (15.3.7).</summary>
    public static void Part(
        HttpResponse response,
        ContentDescription what,
        Representation chosen,
        RangeSet ranges,
        MultipartRanges? parts,
        bool isResume
    )
    {
        response.StatusCode = StatusCodes.Status206PartialContent;
        if (!isResume)
        {
            Described(response, what, chosen);
        }

        if (parts is not null)
        {
            response.ContentType = parts.ContentType;
            response.ContentLength = parts.Length;
            return;
        }

        response.ContentLength = ranges.Single.Length;
        response.Headers.ContentRange = ranges.Single.ContentRange(chosen.Length!.Value);
    }

    private static void Described(HttpResponse response, ContentDescription what, Representation chosen)
    {
        response.ContentType = what.ContentType;
        if (chosen.ContentEncoding is not null)
        {
            response.Headers.ContentEncoding = chosen.ContentEncoding;
        }
    }
}
