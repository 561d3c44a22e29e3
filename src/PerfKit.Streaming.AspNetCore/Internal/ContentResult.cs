using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace PerfKit.Streaming.Internal;

/// <summary>Decides the status, writes the fields, then copies the asked part.</summary>
internal sealed class ContentResult(ContentDescription what, Func<CancellationToken, ValueTask<ContentReader?>> open)
    : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var now = (httpContext.RequestServices?.GetService<TimeProvider>() ?? TimeProvider.System).GetUtcNow();
        var lastModified = LastModified(now);
        var conditions = new Preconditions(httpContext.Request, what.ETag, lastModified, now);
        var status = conditions.Evaluate(out var failedField);
        var range = status == StatusCodes.Status200OK ? conditions.Range(what.Length) : default;

        WriteValidators(httpContext.Response, lastModified);
        switch (status)
        {
            case StatusCodes.Status304NotModified:
                httpContext.Response.StatusCode = status;
                break;
            case StatusCodes.Status412PreconditionFailed:
                await RefuseConditionAsync(httpContext, failedField).ConfigureAwait(false);
                break;
            default:
                await (
                    range.Kind == RangeKind.Unsatisfiable
                        ? RefuseRangeAsync(httpContext)
                        : SendAsync(httpContext, range)
                ).ConfigureAwait(false);
                break;
        }

        DeliveryMetrics.Answered(httpContext.Response.StatusCode);
    }

    /// <summary>Whole seconds, as the field has them, and not in the future (RFC 9110, 8.8.2.1).</summary>
    private DateTimeOffset? LastModified(DateTimeOffset now)
    {
        if (what.LastModified is not { } modified)
        {
            return null;
        }

        var earlier = modified < now ? modified.UtcDateTime : now.UtcDateTime;
        return new DateTimeOffset(earlier.AddTicks(-(earlier.Ticks % TimeSpan.TicksPerSecond)));
    }

    private void WriteValidators(HttpResponse response, DateTimeOffset? lastModified)
    {
        var headers = response.Headers;
        headers.ETag = $"\"{what.ETag}\"";
        headers.AcceptRanges = "bytes";
        if (lastModified is { } date)
        {
            headers.LastModified = HeaderUtilities.FormatDate(date);
        }

        if (what.CacheControl is not null)
        {
            headers.CacheControl = what.CacheControl;
        }
    }

    private static Task RefuseConditionAsync(HttpContext context, string field)
    {
        context.Response.Headers.Remove(HeaderNames.CacheControl);
        return Problem.WriteAsync(
            context,
            StatusCodes.Status412PreconditionFailed,
            "precondition-failed",
            "A precondition does not hold",
            $"The content is not the one that {field} asks for.",
            field
        );
    }

    private Task RefuseRangeAsync(HttpContext context)
    {
        context.Response.Headers.Remove(HeaderNames.CacheControl);
        context.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{what.Length}");
        return Problem.WriteAsync(
            context,
            StatusCodes.Status416RangeNotSatisfiable,
            "range-not-satisfiable",
            "The range lies outside the content",
            $"The content has {what.Length} bytes; the asked range begins behind them or asks for none.",
            HeaderNames.Range
        );
    }

    private async Task SendAsync(HttpContext context, ByteRange range)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            WriteBodyFields(context.Response, range);
            return;
        }

        var memory = context.RequestServices?.GetService<TransferMemory>() ?? TransferMemory.Shared;
        if (!memory.TryReserve(out var place))
        {
            await RefuseBusyAsync(context).ConfigureAwait(false);
            return;
        }

        using var reserved = place;
        try
        {
            var reader = await open(context.RequestAborted).ConfigureAwait(false);
            if (reader is null)
            {
                await ReportMissingAsync(context, foundBytes: null).ConfigureAwait(false);
                return;
            }

            await using var _ = reader.ConfigureAwait(false);
            if (reader.Length != what.Length)
            {
                await ReportMissingAsync(context, reader.Length).ConfigureAwait(false);
                return;
            }

            WriteBodyFields(context.Response, range);
            await CopyAsync(context, reader, range, place).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            DeliveryMetrics.Left();
        }
    }

    private void WriteBodyFields(HttpResponse response, ByteRange range)
    {
        response.ContentType = what.ContentType;
        response.ContentLength = range.Length;
        if (ContentDisposition.Write(what.FileName, what.Attachment) is { } disposition)
        {
            response.Headers.ContentDisposition = disposition;
        }

        if (range.Kind == RangeKind.Part)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(
                CultureInfo.InvariantCulture,
                $"bytes {range.Offset}-{range.Offset + range.Length - 1}/{what.Length}"
            );
        }
    }

    private static async Task CopyAsync(HttpContext context, ContentReader reader, ByteRange range, TransferPlace place)
    {
        try
        {
            var sent = await reader
                .WriteToAsync(context.Response.BodyWriter, range.Offset, range.Length, place, context.RequestAborted)
                .ConfigureAwait(false);
            if (!sent)
            {
                DeliveryMetrics.Left();
                context.Abort();
            }
        }
        catch (Exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            DeliveryMetrics.Failed();
            context.Abort(); // The length is promised: a clean end would pass a part off as the whole.
            throw;
        }
    }

    private static Task RefuseBusyAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.Remove(HeaderNames.CacheControl);
        headers.Remove(HeaderNames.ETag);
        headers.Remove(HeaderNames.LastModified);
        headers.RetryAfter = "1";
        return Problem.WriteAsync(
            context,
            StatusCodes.Status503ServiceUnavailable,
            "transfers-busy",
            "Too many transfers at once",
            "All memory for transfers is taken; try again when some have ended.",
            parameter: null
        );
    }

    private async Task ReportMissingAsync(HttpContext context, long? foundBytes)
    {
        DeliveryMetrics.Failed();
        context.Response.Headers.Remove(HeaderNames.CacheControl);
        context.Response.Headers.Remove(HeaderNames.ETag);
        context.Response.Headers.Remove(HeaderNames.LastModified);
        await Problem
            .WriteAsync(
                context,
                StatusCodes.Status500InternalServerError,
                "content-missing",
                "The stored content is missing",
                foundBytes is null
                    ? "The content is known but its store does not hold it."
                    : $"The content should have {what.Length} bytes; its store holds {foundBytes}.",
                parameter: null
            )
            .ConfigureAwait(false);
    }
}
