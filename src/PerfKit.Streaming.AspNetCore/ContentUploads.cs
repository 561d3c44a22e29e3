using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Streaming.Internal;

namespace PerfKit.Streaming;

/// <summary>Receives request bodies.</summary>
public static class ContentUploads
{
    /// <inheritdoc cref="ReceiveAsync(HttpRequest, ContentWriter, ContentUploadPolicy, CancellationToken)"/>
    /// <param name="request">The request; its body must not have been read.</param>
    /// <param name="writer">Where the bytes go. On any exception nothing of them becomes visible.</param>
    /// <param name="maxBytes">Most bytes to take; all else as <see cref="ContentUploadPolicy"/> has it by default.</param>
    /// <param name="cancellationToken">Usually the request's own.</param>
    [SuppressMessage("ApiDesign", "RS0027", Justification = "The overloads differ in a required argument.")]
    public static ValueTask<ContentInfo> ReceiveAsync(
        HttpRequest request,
        ContentWriter writer,
        long maxBytes,
        CancellationToken cancellationToken = default
    ) => ReceiveAsync(request, writer, new ContentUploadPolicy { MaxBytes = maxBytes }, cancellationToken);

    /// <summary>
    /// Streams a request's body into a writer, hashed on the way, checks it against <c>Content-Digest</c> and <c>Repr-Digest</c>
    /// (RFC 9530, as headers or trailers), and finishes it; commit and dispose the writer afterwards. What is wrong with the
    /// head of the request is refused before the first read, so that no <c>100 Continue</c> is sent. Holds less than 16 KB of
    /// the server's memory while a body comes slowly.
    /// </summary>
    /// <param name="request">The request; its body must not have been read.</param>
    /// <param name="writer">Where the bytes go. On any exception nothing of them becomes visible.</param>
    /// <param name="policy">What the body may be. The server's own limits of size and rate give way to it.</param>
    /// <param name="cancellationToken">Usually the request's own.</param>
    /// <exception cref="ContentTooLargeException">The body is longer than allowed; answer 413.</exception>
    /// <exception cref="ContentTruncatedException">The body ended before its announced length; answer 400 if anyone listens.</exception>
    /// <exception cref="ContentUploadException">The body is refused for another reason; it has the status and the problem's type.</exception>
    /// <exception cref="BadHttpRequestException">The server found the body malformed or cut; it has the status.</exception>
    public static async ValueTask<ContentInfo> ReceiveAsync(
        HttpRequest request,
        ContentWriter writer,
        ContentUploadPolicy policy,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(policy);
        policy.Validate();

        RefuseHead(request, policy);
        var coding = BodyCoding.Find(request, policy);
        var digests = new BodyDigests(request);
        using var body = new RequestBody(
            request,
            policy,
            ClockOf(request),
            sha256: coding is not null && digests.NeedsSha256,
            sha512: digests.NeedsSha512
        );
        var content = coding is null
            ? await body.CopyToAsync(writer, policy.MaxBytes, cancellationToken).ConfigureAwait(false)
            : await BodyCoding.DecodeAsync(coding, body, writer, policy, cancellationToken).ConfigureAwait(false);
        digests.Verify(coding is null ? content.Hash.ToByteArray() : body.TakeSha256(), body.TakeSha512());
        return content;
    }

    private static void RefuseHead(HttpRequest request, ContentUploadPolicy policy)
    {
        if (request.ContentLength > policy.MaxBytes)
        {
            throw new ContentTooLargeException(policy.MaxBytes);
        }

        if (request.Headers.ContentRange.Count > 0)
        {
            throw new ContentUploadException(
                StatusCodes.Status400BadRequest,
                "partial-put",
                "Content-Range says that the body is a part; only whole contents are taken here (RFC 9110, 14.5)."
            );
        }
    }

    private static TimeProvider ClockOf(HttpRequest request) =>
        request.HttpContext.RequestServices?.GetService<TimeProvider>() ?? TimeProvider.System;
}
