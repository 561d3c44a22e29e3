using Microsoft.AspNetCore.Http;

namespace PerfKit.Streaming;

/// <summary>
/// A body that is refused: the client's fault, told in a sentence. Unhandled, the server answers with its status; nothing of the
/// body was made visible.
/// </summary>
public sealed class ContentUploadException : BadHttpRequestException
{
    internal ContentUploadException(int status, string problem, string message, Exception? innerException = null)
        : base(message, status, innerException!) => ProblemType = "urn:perfkit:" + problem;

    /// <summary>
    /// The type of a problem answer (RFC 9457): <c>urn:perfkit:</c> and <c>digest-mismatch</c>, <c>digest-malformed</c>,
    /// <c>coding-unsupported</c>, <c>coding-malformed</c>, <c>body-swells</c>, <c>body-too-slow</c>, <c>partial-put</c>,
    /// <c>form-malformed</c>, <c>form-too-many-parts</c>, <c>form-field-too-long</c>, <c>not-a-form</c> or, with status 503
    /// and no fault of the client, <c>transfers-busy</c>.
    /// </summary>
    public string ProblemType { get; }
}
