using Microsoft.AspNetCore.Http;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// Adds the digest fields and sends the body. What is known is said unasked, what must be computed is said when wanted:
/// before a small body, behind a larger one where the protocol has trailers for it.
/// </summary>
internal static class DigestedDelivery
{
    /// <summary>
    /// Whether Repr-Digest is wanted and must be computed from the whole, whatever is sent of it: HEAD and 206 say what
    /// 200 would.
    /// </summary>
    public static bool MustHash(HttpRequest request, Representation chosen) =>
        chosen is { Sha256: null, HasRanges: true, Length: <= ContentBody.MaxHashedFirstBytes }
        && DigestFields.ReprWish(request) == DigestWish.Wanted;

    /// <summary>Writes the digest fields and sends the body.</summary>
    /// <param name="context">The exchange; its other fields are written.</param>
    /// <param name="chosen">The whole.</param>
    /// <param name="body">What of it is sent; null for HEAD.</param>
    /// <param name="isWhole">Whether that is all of it.</param>
    /// <param name="isResume">Whether the client has the fields of an earlier answer.</param>
    public static async Task SendAsync(
        HttpContext context,
        Representation chosen,
        ContentBody? body,
        bool isWhole,
        bool isResume
    )
    {
        var (repr, content) = (DigestFields.ReprWish(context.Request), DigestFields.ContentWish(context.Request));
        var reprIsWanted = isResume && !isWhole ? repr == DigestWish.Wanted : repr != DigestWish.Refused;
        var contentIsWanted = content == DigestWish.Wanted && body is not null;
        var (reprHash, contentHash) = (chosen.Sha256, isWhole ? chosen.Sha256 : null);
        var reprIsMissing = repr == DigestWish.Wanted && isWhole && body is not null && reprHash is null;
        var contentIsMissing = contentIsWanted && contentHash is null;
        if (contentIsMissing && chosen.HasRanges && body is { IsSmall: true })
        {
            contentHash = await body.Value.HashAsync(context.RequestAborted).ConfigureAwait(false);
            contentIsMissing = false;
        }

        var headers = context.Response.Headers;
        if (reprIsWanted && reprHash is { } whole)
        {
            headers[DigestFields.ReprDigest] = DigestFields.Write(whole);
        }

        if (contentIsWanted && contentHash is { } sent)
        {
            headers[DigestFields.ContentDigest] = DigestFields.Write(sent);
        }

        if (body is null)
        {
            return;
        }

        if ((reprIsMissing || contentIsMissing) && MaySendTrailers(context))
        {
            await SendWithTrailersAsync(context, body.Value, reprIsMissing, contentIsMissing).ConfigureAwait(false);
            return;
        }

        await body.Value.SendAsync(context, context.Response.BodyWriter).ConfigureAwait(false);
    }

    private static async Task SendWithTrailersAsync(
        HttpContext context,
        ContentBody body,
        bool saysRepr,
        bool saysContent
    )
    {
        string[] fields =
        [
            .. saysRepr ? [DigestFields.ReprDigest] : Array.Empty<string>(),
            .. saysContent ? [DigestFields.ContentDigest] : Array.Empty<string>(),
        ];
        foreach (var field in fields)
        {
            context.Response.DeclareTrailer(field);
        }

        using var hasher = new ContentHasher();
        var hashing = context.Response.BodyWriter.Through(new PipeSteps { Hasher = hasher });
        if (!await body.SendAsync(context, hashing).ConfigureAwait(false))
        {
            return;
        }

        var digest = DigestFields.Write(hasher.Sha256);
        foreach (var field in fields)
        {
            context.Response.AppendTrailer(field, digest);
        }
    }

    /// <summary>
    /// Whether the client keeps trailers and this answer can have them: HTTP/1.1 with a known length cannot.
    /// </summary>
    private static bool MaySendTrailers(HttpContext context) =>
        (context.Response.ContentLength is null || !HttpProtocol.IsHttp11(context.Request.Protocol))
        && context.Response.SupportsTrailers()
        && context.Request.Headers.TE.ToString().Contains("trailers", StringComparison.OrdinalIgnoreCase);
}
