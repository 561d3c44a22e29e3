using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Streaming.Internal;

namespace PerfKit.Streaming;

/// <summary>
/// Answers with a content: chooses its representation, evaluates conditions, chooses ranges, writes the fields, sends. Made by
/// <see cref="ContentResults"/>; also the return type of a controller's action.
/// </summary>
public sealed class DownloadResult : IResult, IContentTypeHttpResult, IFileHttpResult
{
    private readonly ContentSource _source;
    private readonly ContentDescription _what;

    internal DownloadResult(ContentDescription what, ContentSource source)
    {
        _what = what;
        _source = source;
    }

    /// <inheritdoc/>
    public string? ContentType => _what.ContentType;

    /// <summary>The name to save under, as described; null when the content is to be shown.</summary>
    public string? FileDownloadName => _what.Attachment ? _what.FileName : null;

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        try
        {
            if (await ChooseAsync(httpContext).ConfigureAwait(false) is { } chosen)
            {
                await using var _ = chosen.ConfigureAwait(false);
                await AnswerAsync(httpContext, chosen).ConfigureAwait(false);
            }
            else
            {
                await Refusals.NotFoundAsync(httpContext).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (httpContext.RequestAborted.IsCancellationRequested)
        {
            DeliveryMetrics.Left();
        }
        finally
        {
            await _source.EndAsync().ConfigureAwait(false);
        }

        DeliveryMetrics.Answered(httpContext.Response.StatusCode);
    }

    /// <summary>The representation that this request gets; null when there is no content.</summary>
    private ValueTask<Representation?> ChooseAsync(HttpContext context) =>
        _source.FindAsync(_what, context.RequestAborted);

    private Task AnswerAsync(HttpContext context, Representation chosen)
    {
        var now = (context.RequestServices?.GetService<TimeProvider>() ?? TimeProvider.System).GetUtcNow();
        var lastModified = LastModified(chosen, now);
        var conditions = new Preconditions(context.Request, chosen.ETag, lastModified, now);
        AnswerFields.Selected(context.Response, chosen);
        switch (conditions.Evaluate(out var failedField))
        {
            case StatusCodes.Status304NotModified:
                AnswerFields.Freshness(context.Response, _what);
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            case StatusCodes.Status412PreconditionFailed:
                return Refusals.PreconditionFailedAsync(context, failedField);
            default:
                return SendAsync(context, chosen, conditions, lastModified, now);
        }
    }

    private async Task SendAsync(
        HttpContext context,
        Representation chosen,
        Preconditions conditions,
        DateTimeOffset? lastModified,
        DateTimeOffset now
    )
    {
        var response = context.Response;
        var ranges =
            chosen.HasRanges && conditions.RangeCounts(out _)
                ? RangeSet.Parse(context.Request.Headers.Range, chosen.Length!.Value)
                : default;
        if (chosen.HasRanges)
        {
            response.Headers.AcceptRanges = "bytes";
        }

        if (ranges.Kind == RangeKind.Unsatisfiable)
        {
            await Refusals.RangeNotSatisfiableAsync(context, chosen.Length!.Value).ConfigureAwait(false);
            return;
        }

        ContentReader? reader = null;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            reader = await chosen.OpenAsync(context.RequestAborted).ConfigureAwait(false);
            if (reader is null || (chosen.Length is { } length && reader.Length != length))
            {
                response.Headers.AcceptRanges = default;
                await Refusals.MissingAsync(context, chosen.Length, reader?.Length).ConfigureAwait(false);
                return;
            }
        }

        AnswerFields.Freshness(response, _what);
        AnswerFields.Modified(response, lastModified, now);
        AnswerFields.Body(response, _what, chosen, ranges);
        if (reader is not null)
        {
            var part =
                ranges.Kind == RangeKind.Single ? ranges.Single : new ByteRange(0, chosen.Length ?? long.MaxValue);
            await CopyAsync(context, reader, part).ConfigureAwait(false);
        }
    }

    private static async Task CopyAsync(HttpContext context, ContentReader reader, ByteRange range)
    {
        try
        {
            var sent = await reader
                .WriteToAsync(
                    context.Response.BodyWriter,
                    range.Offset,
                    range.Length,
                    cancellationToken: context.RequestAborted
                )
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

    /// <summary>Whole seconds, as the field has them, and not in the future (RFC 9110, 8.8.2.1).</summary>
    private static DateTimeOffset? LastModified(Representation chosen, DateTimeOffset now) =>
        chosen.LastModified is { } modified ? HttpDate.WholeSeconds(modified < now ? modified : now) : null;
}
