using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Streaming.Internal;
using PerfKit.Streaming.Internal.Coding;

namespace PerfKit.Streaming;

/// <summary>
/// Answers with a content: chooses its representation, evaluates conditions, chooses ranges, writes the fields, sends.
/// Made by <see cref="ContentResults"/>; also the return type of a controller's action.
/// </summary>
public sealed class DownloadResult : IResult, IContentTypeHttpResult, IFileHttpResult, IEndpointMetadataProvider
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

    /// <summary>Describes the answers of an endpoint that is declared to return this type, for OpenAPI.</summary>
    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        foreach (var status in (int[])[StatusCodes.Status200OK, StatusCodes.Status206PartialContent])
        {
            builder.Metadata.Add(
                new ProducesResponseTypeMetadata(status, typeof(Stream), ["application/octet-stream"])
            );
        }

        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status304NotModified));
        foreach (
            var status in (int[])
                [
                    StatusCodes.Status404NotFound,
                    StatusCodes.Status412PreconditionFailed,
                    StatusCodes.Status416RangeNotSatisfiable,
                    StatusCodes.Status503ServiceUnavailable,
                ]
        )
        {
            builder.Metadata.Add(
                new ProducesResponseTypeMetadata(status, typeof(ProblemDetails), ["application/problem+json"])
            );
        }
    }

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        try
        {
            var now = (httpContext.RequestServices?.GetService<TimeProvider>() ?? TimeProvider.System).GetUtcNow();
            if (await ChooseAsync(httpContext, now).ConfigureAwait(false) is { } chosen)
            {
                await using var _ = chosen.ConfigureAwait(false);
                await AnswerAsync(httpContext, chosen, now).ConfigureAwait(false);
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
    private async ValueTask<Representation?> ChooseAsync(HttpContext context, DateTimeOffset now)
    {
        var identity = await _source.FindAsync(_what, now, context.RequestAborted).ConfigureAwait(false);
        return identity is null || _what.Codings is null
            ? identity
            : await CodedChoice.ChooseAsync(context, _what, _source, identity).ConfigureAwait(false);
    }

    private Task AnswerAsync(HttpContext context, Representation chosen, DateTimeOffset now)
    {
        var lastModified = LastModified(chosen, now);
        var conditions = new Preconditions(context.Request, chosen.ETag, lastModified, now, chosen.VariesByEncoding);
        switch (conditions.Evaluate(out var failedField))
        {
            case StatusCodes.Status304NotModified:
                AnswerFields.NotModified(context.Response, _what, chosen, lastModified);
                return Task.CompletedTask;
            case StatusCodes.Status412PreconditionFailed:
                AnswerFields.Selected(context.Response, chosen);
                return Refusals.PreconditionFailedAsync(context, failedField);
            default:
                return SendAsync(context, chosen, conditions, lastModified, now);
        }
    }

    private Task SendAsync(
        HttpContext context,
        Representation chosen,
        Preconditions conditions,
        DateTimeOffset? lastModified,
        DateTimeOffset now
    )
    {
        var response = context.Response;
        var isResume = false;
        var ranges =
            chosen.HasRanges && conditions.RangeCounts(out isResume)
                ? RangeSet.Parse(context.Request.Headers.Range, chosen.Length!.Value)
                : default;
        if (ranges.Kind == RangeKind.Unsatisfiable)
        {
            AnswerFields.Selected(response, chosen);
            AnswerFields.Ranges(response, chosen);
            return Refusals.RangeNotSatisfiableAsync(context, chosen.Length!.Value);
        }

        var isHead = HttpMethods.IsHead(context.Request.Method);
        return isHead && !DigestedDelivery.MustHash(context.Request, chosen)
            ? WriteHeadAsync(context, chosen, lastModified, now)
            : SendOpenedAsync(context, chosen, ranges, isResume, lastModified, now);
    }

    private async Task SendOpenedAsync(
        HttpContext context,
        Representation chosen,
        RangeSet ranges,
        bool isResume,
        DateTimeOffset? lastModified,
        DateTimeOffset now
    )
    {
        var memory = context.RequestServices?.GetService<TransferMemory>() ?? TransferMemory.Shared;
        if (!memory.TryReserve(out var place))
        {
            await Refusals.BusyAsync(context).ConfigureAwait(false);
            return;
        }

        using var reserved = place;
        var reader = await chosen.OpenAsync(context.RequestAborted).ConfigureAwait(false);
        if (reader is null || (chosen.Length is { } length && reader.Length != length))
        {
            await Refusals.MissingAsync(context, chosen.Length, reader?.Length).ConfigureAwait(false);
            return;
        }

        if (DigestedDelivery.MustHash(context.Request, chosen))
        {
            var whole = new ByteRange(0, reader.Length);
            chosen.Sha256 = await new ContentBody(reader, whole, parts: null, place)
                .HashAsync(context.RequestAborted)
                .ConfigureAwait(false);
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            await WriteHeadAsync(context, chosen, lastModified, now).ConfigureAwait(false);
            return;
        }

        var parts = ranges.Several is null
            ? null
            : new MultipartRanges(ranges.Several, chosen.Length!.Value, _what.ContentType);
        WriteFields(context.Response, chosen, ranges, parts, isResume, lastModified, now);
        var part = ranges.Kind == RangeKind.Single ? ranges.Single : new ByteRange(0, chosen.Length ?? long.MaxValue);
        var body = new ContentBody(reader, part, parts, place);
        await DigestedDelivery
            .SendAsync(context, chosen, body, isWhole: ranges.Kind == RangeKind.Whole, isResume)
            .ConfigureAwait(false);
    }

    private Task WriteHeadAsync(
        HttpContext context,
        Representation chosen,
        DateTimeOffset? lastModified,
        DateTimeOffset now
    )
    {
        WriteFields(context.Response, chosen, default, parts: null, isResume: false, lastModified, now);
        return DigestedDelivery.SendAsync(context, chosen, body: null, isWhole: true, isResume: false);
    }

    private void WriteFields(
        HttpResponse response,
        Representation chosen,
        RangeSet ranges,
        MultipartRanges? parts,
        bool isResume,
        DateTimeOffset? lastModified,
        DateTimeOffset now
    )
    {
        AnswerFields.Selected(response, chosen);
        AnswerFields.Ranges(response, chosen);
        AnswerFields.Freshness(response, _what);
        AnswerFields.Modified(response, lastModified, now);
        AnswerFields.Name(response, _what);
        if (ranges.Kind == RangeKind.Whole)
        {
            AnswerFields.Whole(response, _what, chosen);
        }
        else
        {
            AnswerFields.Part(response, _what, chosen, ranges, parts, isResume);
        }
    }

    /// <summary>Whole seconds, as the field has them, and not in the future (RFC 9110, 8.8.2.1).</summary>
    private static DateTimeOffset? LastModified(Representation chosen, DateTimeOffset now) =>
        chosen.LastModified is { } modified ? HttpDate.WholeSeconds(modified < now ? modified : now) : null;
}
