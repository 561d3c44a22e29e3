using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace PerfKit.Streaming;

/// <summary>Receives request bodies.</summary>
public static class ContentUploads
{
    /// <summary>
    /// Streams a request's body into a writer, hashed on the way, and finishes it; commit and dispose the writer afterwards.
    /// Memory is one block whatever the length. The server's own body limit gives way to <paramref name="maxBytes"/>.
    /// </summary>
    /// <param name="request">The request; its body must not have been read.</param>
    /// <param name="writer">Where the bytes go. On any exception nothing of them becomes visible.</param>
    /// <param name="maxBytes">Most bytes to take. A longer announced length is refused before the first byte.</param>
    /// <param name="cancellationToken">Usually the request's own.</param>
    /// <exception cref="ContentTooLargeException">The body is longer than <paramref name="maxBytes"/>; answer 413.</exception>
    /// <exception cref="ContentTruncatedException">The body ended before its announced length; answer 400 if anyone listens.</exception>
    /// <exception cref="BadHttpRequestException">The server found the body malformed, cut or too slow; it has the status.</exception>
    public static async ValueTask<ContentInfo> ReceiveAsync(
        HttpRequest request,
        ContentWriter writer,
        long maxBytes,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);

        var announced = request.ContentLength;
        if (announced > maxBytes)
        {
            throw new ContentTooLargeException(maxBytes);
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null; // One limit, counted in the copy, with one exception.
        }

        try
        {
            var content = await request
                .BodyReader.CopyToAsync(writer, maxBytes, cancellationToken)
                .ConfigureAwait(false);
            return announced is null || announced == content.Length
                ? content
                : throw new ContentTruncatedException(announced, content.Length);
        }
        catch (ConnectionResetException e)
        {
            throw new ContentTruncatedException(announced, writer.Length, e);
        }
    }
}
