using System.Data.Common;
using FileService.Files.Conversions;
using Microsoft.Data.Sqlite;
using PerfKit.Query;
using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>
/// What callers are told of a failure, as an answer or as a job's error: its fault when it is theirs to see, and nothing of
/// the inside, such as server paths, when it is not.
/// </summary>
internal static class Problems
{
    private const int SqliteBusy = 5;
    private const int SqliteFull = 13;

    /// <summary>The failure as callers may see it.</summary>
    public static ProblemException Of(Exception exception) =>
        exception switch
        {
            ProblemException problem => problem,
            ContentVanishedException e => new ProblemException(500, "content-missing", e.Message),
            ConversionException e => new ProblemException(422, "broken-content", e.Message, e.Parameter),
            ContentTooLargeException e => new ProblemException(413, "too-large", e.Message),
            ContentTruncatedException e => ProblemException.BadRequest("content-truncated", e.Message),
            ContentUploadException e => new ProblemException(
                e.StatusCode,
                e.ProblemType["urn:perfkit:".Length..],
                e.Message
            )
            {
                RetryAfterSeconds = e.StatusCode == StatusCodes.Status503ServiceUnavailable ? 1 : null,
            },
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
            PoolFullException e => ProblemException.Busy(
                "The database has no connection free; try again.",
                (int)Math.Ceiling(e.RetryAfter.TotalSeconds)
            ),
            DbException or TimeoutException => DatabaseUnavailable(),
            _ when HasCause<DbException>(exception) => DatabaseUnavailable(),
            IOException or UnauthorizedAccessException => new ProblemException(
                500,
                "storage-failed",
                "A storage could not be read or written; the service's log says why."
            ),
            _ => new ProblemException(500, "internal-error", "The service failed; its log says why."),
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
