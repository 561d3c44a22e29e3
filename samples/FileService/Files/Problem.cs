namespace FileService.Files;

/// <summary>An expected refusal, answered as problem+json with type <c>urn:perfkit:&lt;name&gt;</c>.</summary>
internal sealed class ProblemException(int status, string name, string detail, string? parameter = null)
    : Exception(detail)
{
    public int Status => status;

    public string Name => name;

    public string? Parameter => parameter;

    /// <summary>Sent as <c>Retry-After</c>, in seconds.</summary>
    public int? RetryAfterSeconds { get; init; }

    public static ProblemException NotFound(string what, string value) =>
        new(StatusCodes.Status404NotFound, "not-found", $"There is no {what} '{Shorten(value)}' here.");

    public static ProblemException BadRequest(string name, string detail, string? parameter = null) =>
        new(StatusCodes.Status400BadRequest, name, detail, parameter);

    public static ProblemException PreconditionFailed(string detail, string parameter) =>
        new(StatusCodes.Status412PreconditionFailed, "precondition-failed", detail, parameter);

    public static ProblemException Busy(string detail, int retryAfterSeconds = 1) =>
        new(StatusCodes.Status503ServiceUnavailable, "busy", detail) { RetryAfterSeconds = retryAfterSeconds };

    /// <summary>A value as an error may show it: at most 80 characters.</summary>
    public static string Shorten(string value) => value.Length <= 80 ? value : string.Concat(value.AsSpan(0, 79), "…");
}
