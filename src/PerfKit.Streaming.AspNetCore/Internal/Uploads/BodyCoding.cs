using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;
using Microsoft.AspNetCore.Http;

namespace PerfKit.Streaming.Internal;

/// <summary>Decodes a body on the way (RFC 9110, 8.4), and ends it when it swells beyond the policy.</summary>
internal static class BodyCoding
{
    private const int BlockBytes = 64 * 1024;
    private const long UnjudgedBytes = 1 << 20; // Small contents of one byte repeated shrink to nearly nothing.

    /// <summary>The body's coding, or null when it has none.</summary>
    /// <exception cref="ContentUploadException">A coding that is not taken here.</exception>
    public static string? Find(HttpRequest request, ContentUploadPolicy policy)
    {
        var field = request.Headers.ContentEncoding.ToString().Trim();
        var coding = field.ToLowerInvariant() switch
        {
            "" or "identity" => null,
            "gzip" or "x-gzip" => "gzip",
            "br" => "br",
            _ => field,
        };
        if (coding is null || (policy.DecodesBodies && coding is "gzip" or "br"))
        {
            return coding;
        }

        var accepted = policy.DecodesBodies ? "gzip, br" : "identity";
        request.HttpContext.Response.Headers.AcceptEncoding = accepted; // RFC 9110, 12.5.3: what would have been taken.
        throw new ContentUploadException(
            StatusCodes.Status415UnsupportedMediaType,
            "coding-unsupported",
            $"The body is coded as '{field}'; accepted here: {accepted}."
        );
    }

    /// <summary>Decodes a body to its end into a writer and finishes it.</summary>
    public static async ValueTask<ContentInfo> DecodeAsync(
        string coding,
        RequestBody body,
        ContentWriter writer,
        ContentUploadPolicy policy,
        CancellationToken cancellationToken
    )
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            var decode =
                coding == "br"
                    ? DecodeBrotliAsync(body, writer, policy, block, cancellationToken)
                    : DecodeGzipAsync(body, writer, policy, block, cancellationToken);
            await decode.ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        return await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The framework's stream takes a cut code for a whole one, so the footer is compared here: CRC and length of the one member that
    /// a coded body has (RFC 1952, 2.3.1).
    /// </summary>
    private static async ValueTask DecodeGzipAsync(
        RequestBody body,
        ContentWriter writer,
        ContentUploadPolicy policy,
        byte[] block,
        CancellationToken cancellationToken
    )
    {
        var crc = new Crc32();
        var decoder = new GZipStream(body.AsStream(leaveOpen: true), CompressionMode.Decompress);
        await using var _ = decoder.ConfigureAwait(false);
        try
        {
            for (int read; (read = await decoder.ReadAsync(block, cancellationToken).ConfigureAwait(false)) > 0; )
            {
                crc.Append(block.AsSpan(0, read));
                await TakeAsync(writer, block.AsMemory(0, read), body, policy, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (InvalidDataException e)
        {
            throw Malformed("gzip", e);
        }

        await body.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        if (body.Tail != (crc.GetCurrentHashAsUInt32() | ((ulong)(uint)writer.Length << 32)))
        {
            throw Malformed("gzip", null);
        }
    }

    private static async ValueTask DecodeBrotliAsync(
        RequestBody body,
        ContentWriter writer,
        ContentUploadPolicy policy,
        byte[] block,
        CancellationToken cancellationToken
    )
    {
        var decoder = new BrotliDecoder();
        var status = OperationStatus.NeedMoreData;
        try
        {
            for (var ended = false; !ended; )
            {
                var result = await body.ReadAsync(cancellationToken).ConfigureAwait(false);
                var coded = result.Buffer;

                // The last coded byte may stand for many blocks: what is decoded is taken out also when none is left.
                while (
                    status == OperationStatus.DestinationTooSmall
                    || (status == OperationStatus.NeedMoreData && !coded.IsEmpty)
                )
                {
                    status = decoder.Decompress(coded.FirstSpan, block, out var taken, out var decoded);
                    coded = coded.Slice(taken);
                    await TakeAsync(writer, block.AsMemory(0, decoded), body, policy, cancellationToken)
                        .ConfigureAwait(false);
                }

                body.AdvanceTo(coded.IsEmpty ? coded.End : coded.Start, coded.End);
                ended = result.IsCompleted || !coded.IsEmpty;
            }
        }
        finally
        {
            decoder.Dispose();
        }

        var hasMore = await body.ReadToEndAsync(cancellationToken).ConfigureAwait(false) > 0;
        if (status != OperationStatus.Done || hasMore)
        {
            throw Malformed("br", null);
        }
    }

    private static ValueTask TakeAsync(
        ContentWriter writer,
        ReadOnlyMemory<byte> decoded,
        RequestBody body,
        ContentUploadPolicy policy,
        CancellationToken cancellationToken
    )
    {
        DemandSize(writer.Length + decoded.Length, body.Received, policy);
        return writer.WriteAsync(decoded, cancellationToken);
    }

    private static void DemandSize(long decodedBytes, long codedBytes, ContentUploadPolicy policy)
    {
        if (decodedBytes > policy.MaxBytes)
        {
            throw new ContentTooLargeException(policy.MaxBytes);
        }

        if (decodedBytes > UnjudgedBytes && decodedBytes / policy.MaxExpansion > codedBytes)
        {
            throw new ContentUploadException(
                StatusCodes.Status413PayloadTooLarge,
                "body-swells",
                $"The body swells to more than {policy.MaxExpansion} times its size; send it without a coding."
            );
        }
    }

    private static ContentUploadException Malformed(string coding, Exception? e) =>
        new(
            StatusCodes.Status400BadRequest,
            "coding-malformed",
            $"The body is not whole {coding}, as its Content-Encoding says; send it again, or without a coding.",
            e
        );
}
