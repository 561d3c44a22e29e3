using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using PerfKit.Streaming.Internal;

namespace PerfKit.Streaming;

/// <summary>Receives request bodies.</summary>
public static class ContentUploads
{
    private const int MaxBoundaryCharacters = 70; // RFC 2046, 5.1.1.

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
        using var place = Reserve(request);
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

    /// <summary>
    /// Reads a multipart form part by part, with nothing spooled or copied: a part's bytes are lent from the server's pipe while
    /// the loop stands at it. Commit what the parts were written to behind the loop: only then is the form known to be whole and
    /// its digests verified. Holds no file; a part's head has at most 16 KB, a form at most
    /// <see cref="ContentUploadPolicy.MaxParts"/> parts.
    /// </summary>
    /// <param name="request">The request; its body must not have been read. Coded forms are refused with 415.</param>
    /// <param name="policy">What the body as a whole may be.</param>
    /// <param name="cancellationToken">Usually the request's own.</param>
    /// <exception cref="ContentTooLargeException">The body is longer than allowed; answer 413.</exception>
    /// <exception cref="ContentTruncatedException">The form ended before its last boundary; answer 400 if anyone listens.</exception>
    /// <exception cref="ContentUploadException">It is no form, malformed, or refused; it has the status and the problem's type.</exception>
    public static async IAsyncEnumerable<UploadPart> ReadPartsAsync(
        HttpRequest request,
        ContentUploadPolicy policy,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(policy);
        policy.Validate();

        RefuseHead(request, policy);
        BodyCoding.Find(request, policy with { DecodesBodies = false });
        var boundary = BoundaryOf(request);
        var digests = new BodyDigests(request);
        using var place = Reserve(request);
        using var body = new RequestBody(request, policy, ClockOf(request), digests.NeedsSha256, digests.NeedsSha512);
        var form = new FormReader(body, boundary);
        for (var count = 1; await form.NextAsync(cancellationToken).ConfigureAwait(false) is { } part; count++)
        {
            if (count > policy.MaxParts)
            {
                throw new ContentUploadException(
                    StatusCodes.Status413PayloadTooLarge,
                    "form-too-many-parts",
                    $"The form has more than the {policy.MaxParts} parts allowed here."
                );
            }

            yield return part;
        }

        await body.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        digests.Verify(body.TakeSha256(), body.TakeSha512());
    }

    private static string BoundaryOf(HttpRequest request)
    {
        var boundary =
            MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
                ? HeaderUtilities.RemoveQuotes(type.Boundary).ToString()
                : "";
        return boundary.Length is > 0 and <= MaxBoundaryCharacters && boundary.All(char.IsAscii)
            ? boundary
            : throw new ContentUploadException(
                StatusCodes.Status415UnsupportedMediaType,
                "not-a-form",
                "Content-Type must be multipart/form-data with a boundary of 1 to 70 characters (RFC 7578)."
            );
    }

    /// <summary>The request's place in the transfer memory; refused before the body is read when there is none.</summary>
    private static TransferPlace Reserve(HttpRequest request)
    {
        var memory = request.HttpContext.RequestServices?.GetService<TransferMemory>() ?? TransferMemory.Shared;
        return memory.TryReserve(out var place)
            ? place
            : throw new ContentUploadException(
                StatusCodes.Status503ServiceUnavailable,
                "transfers-busy",
                "All memory for transfers is taken; try again when some have ended."
            );
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
