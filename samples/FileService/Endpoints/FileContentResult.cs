using FileService.Data;
using FileService.Files;
using FileService.Files.Conversions;
using PerfKit.Streaming;

namespace FileService.Endpoints;

/// <summary>A file's bytes: ranges and conditions, and nothing a browser could run on this origin.</summary>
internal static class FileContentResult
{
    private const string Sandbox = "default-src 'none'; sandbox";

    public static IResult From(HttpContext context, FileContent content)
    {
        var file = content.File;
        Protect(context.Response);
        return ContentResults.Stream(
            new ContentDescription
            {
                Length = file.Size,
                Sha256 = ContentHash.Parse(file.ContentHash),
                ETag = file.ContentHash, // The same, at hand as text.
                ContentType = file.ContentType,
                Codings = context.RequestServices.GetRequiredService<CodedContents>(),
                LastModified = new DateTimeOffset(Micros.ToUtc(file.UpdatedAt)),
                FileName = file.Name,
                Attachment = !ContentTypes.IsHarmlessInline(file.ContentType),
                CacheControl = "private, no-cache",
            },
            async ct => await content.OpenAsync(ct)
        );
    }

    public static void Protect(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = Sandbox;
    }
}

/// <summary>A conversion's bytes under a tag of their own.</summary>
internal static class ConvertedResult
{
    public static IResult From(HttpContext context, FileRow file, ConvertedContent converted)
    {
        FileContentResult.Protect(context.Response);
        if (converted.ContentType.StartsWith("text/html", StringComparison.Ordinal))
        {
            context.Response.Headers.ContentSecurityPolicy = MarkdownToHtml.ContentSecurityPolicy;
        }

        context.Response.RegisterForDisposeAsync(converted);
        return ContentResults.Stream(
            new ContentDescription
            {
                Length = converted.Reader.Length,
                ETag = converted.ETag,
                ContentType = converted.ContentType,
                LastModified = new DateTimeOffset(Micros.ToUtc(file.UpdatedAt)),
                CacheControl = "private, no-cache",
            },
            _ => ValueTask.FromResult<ContentReader?>(converted.Reader)
        );
    }
}
