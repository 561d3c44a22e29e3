using System.Data.Common;
using FileService.Files;
using FileService.Files.Conversions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Data.Sqlite;
using PerfKit.Streaming;

namespace FileService.Endpoints;

/// <summary>Turns every failure into problem+json that names the fault; what is not expected says nothing of the inside.</summary>
internal sealed class ProblemWriter(ILogger<ProblemWriter> log) : IExceptionHandler
{
    private const int SqliteBusy = 5;
    private const int SqliteFull = 13;

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken ct)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            return true;
        }

        var problem = Translate(exception);
        if (problem.Status >= StatusCodes.Status500InternalServerError)
        {
            log.LogError(exception, "{Method} {Path} failed.", context.Request.Method, context.Request.Path);
        }

        await WriteAsync(context, problem);
        return true;
    }

    public static Task WriteAsync(HttpContext context, ProblemException problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;
        if (problem.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        var details = new ProblemDetails
        {
            Type = $"urn:perfkit:{problem.Name}",
            Title = problem.Name.Replace('-', ' '),
            Status = problem.Status,
            Detail = problem.Message,
        };
        if (problem.Parameter is not null)
        {
            details.Extensions["parameter"] = problem.Parameter;
        }

        return response.WriteAsJsonAsync(
            details,
            (System.Text.Json.JsonSerializerOptions?)null,
            "application/problem+json"
        );
    }

    private static ProblemException Translate(Exception exception) =>
        exception switch
        {
            ProblemException problem => problem,
            ContentVanishedException e => new ProblemException(500, "content-missing", e.Message),
            ConversionException e => new ProblemException(422, "broken-content", e.Message, e.Parameter),
            ContentTooLargeException e => new ProblemException(413, "too-large", e.Message),
            ContentTruncatedException e => ProblemException.BadRequest("content-truncated", e.Message),
            BadHttpRequestException { StatusCode: 413 } e => new ProblemException(413, "too-large", e.Message),
            BadHttpRequestException e => new ProblemException(e.StatusCode, "bad-request", e.Message),
            ContentStoreFullException => new ProblemException(
                507,
                "storage-full",
                "The disk that holds the contents has no room for this one; free room on it."
            ),
            SqliteException { SqliteErrorCode: SqliteFull } => new ProblemException(
                507,
                "storage-full",
                "The disk that holds the database is full; free room on it."
            ),
            SqliteException { SqliteErrorCode: SqliteBusy } => ProblemException.Busy(
                "The database is busy; try again."
            ),
            DbException or TimeoutException => DatabaseUnavailable(),
            _ when HasCause<DbException>(exception) => DatabaseUnavailable(),
            _ => new ProblemException(500, "internal-error", "The service failed to answer; its log says why."),
        };

    public static ProblemException DatabaseUnavailable() =>
        new(503, "database-unavailable", "The database does not answer now; try again.") { RetryAfterSeconds = 5 };

    private static bool HasCause<T>(Exception exception)
        where T : Exception
    {
        for (var cause = exception.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is T)
            {
                return true;
            }
        }

        return false;
    }
}
