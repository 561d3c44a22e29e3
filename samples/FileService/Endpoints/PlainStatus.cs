using FileService.Files;
using Microsoft.AspNetCore.WebUtilities;

namespace FileService.Endpoints;

/// <summary>Gives a bare status, such as routing's 404 and 405, a problem body.</summary>
internal static class PlainStatus
{
    public static Task WriteAsync(HttpContext context)
    {
        var status = context.Response.StatusCode;
        var phrase = ReasonPhrases.GetReasonPhrase(status);
        return ProblemWriter.WriteAsync(
            context,
            new ProblemException(
                status,
                phrase.ToLowerInvariant().Replace(' ', '-'),
                $"{phrase}: {context.Request.Method} {ProblemException.Shorten(context.Request.Path.Value ?? "")}."
            )
        );
    }
}
