using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// Writes the fields of an answer, each set once its status is sure. Content-Location, Expires and whatever else the
/// application wrote before stand as they are.
/// </summary>
internal static class AnswerFields
{
    /// <summary>What every answer about a representation says, refusals too: which it was, and what had a say in choosing it.</summary>
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

    /// <summary>What 304 says more, and 200 and 206 as well: how long it may be kept (RFC 9110, 15.4.5).</summary>
    public static void Freshness(HttpResponse response, ContentDescription what)
    {
        if (what.CacheControl is not null)
        {
            response.Headers.CacheControl = what.CacheControl;
        }
    }

    /// <summary>
    /// Last-Modified, which is never later than Date: a change of these very seconds is compared with the clock it was judged
    /// by, and the server's own Date lags up to a second behind (8.8.2.1).
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

    /// <summary>What goes with a body: type, length, name, coding and part.</summary>
    public static void Body(HttpResponse response, ContentDescription what, Representation chosen, RangeSet ranges)
    {
        var headers = response.Headers;
        headers.ContentType = what.ContentType;
        headers.ContentLength = chosen.Length;
        if (chosen.ContentEncoding is not null)
        {
            headers.ContentEncoding = chosen.ContentEncoding;
        }

        if (ContentDisposition.Write(what.FileName, what.Attachment) is { } disposition)
        {
            headers.ContentDisposition = disposition;
        }

        if (ranges.Kind == RangeKind.Single)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            headers.ContentLength = ranges.Single.Length;
            headers.ContentRange = ContentRange(ranges.Single, chosen.Length);
        }
    }

    public static string ContentRange(ByteRange range, long? length) =>
        string.Create(CultureInfo.InvariantCulture, $"bytes {range.Offset}-{range.End - 1}/{length}");
}
