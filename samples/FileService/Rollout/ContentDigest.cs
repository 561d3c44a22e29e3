using System.Buffers;
using System.Security.Cryptography;
using PerfKit.Streaming;

namespace FileService.Rollout;

/// <summary>Hashes what a reader gives, in blocks.</summary>
internal static class ContentDigest
{
    public static async Task<ContentHash> OfAsync(ContentReader reader, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = ArrayPool<byte>.Shared.Rent(64 << 10);
        try
        {
            for (var offset = 0L; ; )
            {
                var read = await reader.ReadAsync(offset, block, ct);
                if (read == 0)
                {
                    return new ContentHash(hash.GetHashAndReset());
                }

                hash.AppendData(block, 0, read);
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
