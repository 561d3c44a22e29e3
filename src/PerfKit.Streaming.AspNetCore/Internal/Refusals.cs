using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace PerfKit.Streaming.Internal;

/// <summary>The answers that carry no content, each a problem with a name.</summary>
internal static class Refusals
{
    public static Task PreconditionFailedAsync(HttpContext context, string field) =>
        Problem.WriteAsync(
            context,
            StatusCodes.Status412PreconditionFailed,
            "precondition-failed",
            "A precondition does not hold",
            $"The content is not the one that {field} asks for.",
            field
        );

    public static Task RangeNotSatisfiableAsync(HttpContext context, long length)
    {
        context.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{length}");
        return Problem.WriteAsync(
            context,
            StatusCodes.Status416RangeNotSatisfiable,
            "range-not-satisfiable",
            "The range lies outside the content",
            $"The content has {length} bytes; the asked range begins behind them or asks for none.",
            HeaderNames.Range
        );
    }

    public static Task NotFoundAsync(HttpContext context) =>
        Problem.WriteAsync(
            context,
            StatusCodes.Status404NotFound,
            "content-not-found",
            "There is no such content",
            "The address leads to no content.",
            parameter: null
        );

    /// <summary>All places for transfers are taken.</summary>
    public static Task BusyAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problem.WriteAsync(
            context,
            StatusCodes.Status503ServiceUnavailable,
            "transfers-busy",
            "Too many transfers at once",
            "All memory for transfers is taken; try again when some have ended.",
            parameter: null
        );
    }

    /// <summary>
    /// A content that is described and not there, or not as described: damage, and no fault of the client.
    /// </summary>
    public static Task MissingAsync(HttpContext context, long? describedBytes, long? foundBytes)
    {
        DeliveryMetrics.Failed();
        return Problem.WriteAsync(
            context,
            StatusCodes.Status500InternalServerError,
            "content-missing",
            "The stored content is missing",
            foundBytes is null
                ? "The content is known but its store does not hold it."
                : $"The content should have {describedBytes} bytes; its store holds {foundBytes}.",
            parameter: null
        );
    }
}
