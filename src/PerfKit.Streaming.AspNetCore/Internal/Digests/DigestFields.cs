using Microsoft.AspNetCore.Http;

namespace PerfKit.Streaming.Internal;

/// <summary>The digest fields of RFC 9530, with SHA-256.</summary>
internal static class DigestFields
{
    public const string Algorithm = "sha-256";
    public const string ReprDigest = "Repr-Digest";
    public const string ContentDigest = "Content-Digest";

    private const string Prefix = "sha-256=:";
    private const int Base64Characters = 44;

    /// <summary>A field's value: a dictionary with one byte sequence.</summary>
    public static string Write(ContentHash hash) =>
        string.Create(
            Prefix.Length + Base64Characters + 1,
            hash,
            static (text, hash) =>
            {
                Span<byte> bytes = stackalloc byte[ContentHash.ByteLength];
                hash.CopyTo(bytes);
                Prefix.CopyTo(text);
                Convert.TryToBase64Chars(bytes, text[Prefix.Length..], out _);
                text[^1] = ':';
            }
        );

    /// <summary>What the request wants to know of the whole representation.</summary>
    public static DigestWish ReprWish(HttpRequest request) => DigestWishes.Read(request.Headers["Want-Repr-Digest"]);

    /// <summary>What the request wants to know of the bytes in this very answer.</summary>
    public static DigestWish ContentWish(HttpRequest request) =>
        DigestWishes.Read(request.Headers["Want-Content-Digest"]);
}
