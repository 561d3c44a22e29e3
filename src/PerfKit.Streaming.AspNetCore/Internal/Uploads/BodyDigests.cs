using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// What a request states of its body's digests, before it or behind it. In a request that carries a whole representation both
/// fields are over the same bytes, as sent: coded when the body is coded (RFC 9530, 2 and 3).
/// </summary>
internal sealed class BodyDigests
{
    private static readonly string[] Fields = ["Content-Digest", "Repr-Digest"];

    private readonly HttpRequest _request;
    private readonly List<StatedDigest> _stated = [];
    private readonly bool _trailersComing;

    public BodyDigests(HttpRequest request)
    {
        _request = request;
        foreach (var field in Fields)
        {
            Read(field, request.Headers[field]);
        }

        foreach (var line in request.Headers.Trailer)
        {
            _trailersComing |= Fields.Any(field => line!.Contains(field, StringComparison.OrdinalIgnoreCase));
        }
    }

    public bool NeedsSha256 => _trailersComing || _stated.Exists(static digest => !digest.IsSha512);

    public bool NeedsSha512 => _trailersComing || _stated.Exists(static digest => digest.IsSha512);

    /// <summary>Compares when the body has been read to its end; what was not computed is not compared.</summary>
    public void Verify(ReadOnlySpan<byte> sha256, ReadOnlySpan<byte> sha512)
    {
        if (_request.CheckTrailersAvailable())
        {
            foreach (var field in Fields)
            {
                Read(field, _request.GetTrailer(field));
            }
        }

        foreach (var (field, isSha512, stated) in _stated)
        {
            var computed = isSha512 ? sha512 : sha256;
            if (!computed.IsEmpty && !computed.SequenceEqual(stated))
            {
                throw new ContentUploadException(
                    StatusCodes.Status400BadRequest,
                    "digest-mismatch",
                    $"{field} says {Name(isSha512)} {Convert.ToBase64String(stated)}, but the bytes that came have "
                        + $"{Convert.ToBase64String(computed)}; send them again."
                );
            }
        }
    }

    private void Read(string field, StringValues lines)
    {
        if (!DigestField.TryRead(field, lines, _stated))
        {
            throw new ContentUploadException(
                StatusCodes.Status400BadRequest,
                "digest-malformed",
                $"{field} is malformed; it must be like sha-256=:{Convert.ToBase64String(SHA256.HashData([]))}: (RFC 9530)."
            );
        }
    }

    private static string Name(bool isSha512) => isSha512 ? "sha-512" : "sha-256";
}
