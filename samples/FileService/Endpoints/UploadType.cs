using FileService.Files;
using Microsoft.Net.Http.Headers;

namespace FileService.Endpoints;

/// <summary>What type an upload is stored as: the one it states, unless that is what clients say by default.</summary>
internal static class UploadType
{
    private static readonly string[] SaysNothing = [ContentTypes.Unknown, "application/x-www-form-urlencoded"];

    public static string Of(string path, string? stated)
    {
        if (string.IsNullOrEmpty(stated))
        {
            return ContentTypes.ForPath(path);
        }

        if (!MediaTypeHeaderValue.TryParse(stated, out var type) || stated.Length > 255)
        {
            throw ProblemException.BadRequest(
                "invalid-content-type",
                $"'{ProblemException.Shorten(stated)}' is not a media type.",
                "Content-Type"
            );
        }

        return SaysNothing.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase)
            ? ContentTypes.ForPath(path)
            : type.ToString();
    }
}
