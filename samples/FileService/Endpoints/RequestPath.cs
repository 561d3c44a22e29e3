using FileService.Files;
using Microsoft.AspNetCore.Http.Features;

namespace FileService.Endpoints;

/// <summary>
/// The path as the client sent it. The server resolves dot segments before routing, which would quietly turn
/// <c>files/../x</c> into another resource; here they are refused instead.
/// </summary>
internal static class RequestPath
{
    public static void RefuseTraversal(HttpContext context)
    {
        var raw = Raw(context);
        if (!raw.Contains('.') && !raw.Contains('%'))
        {
            return;
        }

        foreach (var segment in raw.ToString().Split('/'))
        {
            var decoded = Uri.UnescapeDataString(segment).Replace('\\', '/');
            if (decoded.Split('/').Any(static part => part is "." or ".."))
            {
                throw ProblemException.BadRequest(
                    "invalid-path",
                    $"The path holds '{ProblemException.Shorten(segment)}'; dot segments are refused.",
                    "path"
                );
            }
        }
    }

    /// <summary>The file path after <c>/files/</c>, decoded once and checked.</summary>
    public static string FilePathOf(HttpContext context)
    {
        var raw = Raw(context).ToString();
        var start = raw.IndexOf("/files/", StringComparison.OrdinalIgnoreCase);
        var decoded = start < 0 ? "" : Uri.UnescapeDataString(raw[(start + "/files/".Length)..]);
        return FilePath.TryNormalize(decoded, out var path, out var error)
            ? path
            : throw ProblemException.BadRequest("invalid-path", error, "path");
    }

    private static ReadOnlySpan<char> Raw(HttpContext context)
    {
        ReadOnlySpan<char> target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var query = target.IndexOf('?');
        target = query < 0 ? target : target[..query];
        return target.StartsWith("http", StringComparison.OrdinalIgnoreCase) ? context.Request.Path.Value : target;
    }
}
