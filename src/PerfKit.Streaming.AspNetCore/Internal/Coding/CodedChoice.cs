using Microsoft.AspNetCore.Http;

namespace PerfKit.Streaming.Internal.Coding;

/// <summary>Chooses between a content and its codings: what the client holds by tag comes first, then what it accepts.</summary>
internal static class CodedChoice
{
    /// <summary>The representation to answer with; <paramref name="identity"/> is disposed when it is another.</summary>
    public static async ValueTask<Representation> ChooseAsync(
        HttpContext context,
        ContentDescription what,
        ContentSource source,
        Representation identity
    )
    {
        if (
            what.Codings is not { } codings
            || identity is not { Sha256: { } hash, Length: { } length, ETag: ['"', ..] tag, HasRanges: true }
            || !codings.Covers(what.ContentType, length)
        )
        {
            return identity;
        }

        identity.VariesByEncoding = true;
        var request = context.Request;
        var accepted = AcceptedCodings.Parse(request.Headers.AcceptEncoding);
        if (accepted.Best == ContentCoding.Identity || !IsRead(request))
        {
            return identity;
        }

        var chosen = HeldCoding(request, identity, accepted);
        if (chosen is null && !HoldsIdentity(request, tag))
        {
            accepted = Resumed(request, tag, accepted);
            var reader = await codings
                .OpenAsync(accepted, hash, length, source.OpenAsync, context.RequestAborted)
                .ConfigureAwait(false);
            chosen = reader is null ? null : Of(identity, reader);
        }

        if (chosen is null)
        {
            return identity;
        }

        await identity.DisposeAsync().ConfigureAwait(false);
        return chosen;
    }

    private static bool IsRead(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    /// <summary>
    /// A coding that If-None-Match names: it says that the content is the same, so the answer is 304 (or 412) and needs no bytes,
    /// also where another machine made the coding or this one evicted it.
    /// </summary>
    private static Representation? HeldCoding(HttpRequest request, Representation identity, AcceptedCodings accepted) =>
        request.Headers.IfNoneMatch is { Count: > 0 } held
        && CodedTag.Find(held, identity.ETag!, accepted) is { Coding: not ContentCoding.Identity } found
        && EntityTags.Match(held, found.Tag, weakly: true)
            ? new Representation(CodedSource.Instance)
            {
                ETag = found.Tag,
                LastModified = identity.LastModified,
                VariesByEncoding = true,
            }
            : null;

    private static bool HoldsIdentity(HttpRequest request, string tag) =>
        CodedTag.Holds(request.Headers.IfNoneMatch, tag)
        || CodedTag.Holds(request.Headers.IfMatch, tag)
        || CodedTag.Holds(request.Headers.IfRange, tag);

    /// <summary>Puts the coding first of which the client holds a part.</summary>
    private static AcceptedCodings Resumed(HttpRequest request, string tag, AcceptedCodings accepted)
    {
        var (coding, _) = CodedTag.Find(request.Headers.IfRange, tag, accepted);
        if (coding == ContentCoding.Identity)
        {
            (coding, _) = CodedTag.Find(request.Headers.IfMatch, tag, accepted);
        }

        return coding == accepted.Next && coding != ContentCoding.Identity
            ? new AcceptedCodings(accepted.Next, accepted.Best)
            : accepted;
    }

    private static Representation Of(Representation identity, VariantReader reader) =>
        new(CodedSource.Instance)
        {
            ETag = CodedTag.Of(identity.ETag!, reader.Coding, reader.Hash),
            Length = reader.Length,
            Sha256 = reader.Hash,
            LastModified = identity.LastModified,
            ContentEncoding = reader.Coding.Name(),
            VariesByEncoding = true,
            Opened = reader,
        };

    /// <summary>The variant is open before it is chosen, so there is nothing to open here.</summary>
    private sealed class CodedSource : ContentSource
    {
        public static readonly CodedSource Instance = new();

        public override ValueTask<ContentReader?> OpenAsync(CancellationToken cancellationToken) => default;
    }
}
