using System.Buffers;
using System.Security.Cryptography;

namespace PerfKit.Streaming.Internal.Coding;

/// <summary>Codes one content into a kept file, in one pooled block of 256 KB and the encoder's own memory.</summary>
internal sealed class VariantMaker(VariantFolder folder, CodingMetrics metrics)
{
    private const int LeastGainDivisor = 20; // A variant must save a twentieth, or it is not worth its place.

    /// <summary>
    /// Codes, checks and publishes; a verdict when it does not pay. A source of another hash gives a verdict that is not
    /// published, so that this process does not try again; one that cannot be read gives null.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public async ValueTask<KeptVariant?> MakeAsync(
        VariantKey key,
        ContentReader source,
        CancellationToken cancellationToken
    )
    {
        using var writer = folder.Create();
        var hash = await CodeAsync(key, source, writer, cancellationToken).ConfigureAwait(false);
        if (hash != key.Source)
        {
            metrics.Failed("source");
            return hash is null ? null : KeptVariant.Verdict;
        }

        var kept =
            writer.Length <= MostBytes(source.Length)
                ? new KeptVariant(writer.Length, writer.TakeHash(), IsProven: true)
                : KeptVariant.Verdict;
        folder.Publish(writer, key, kept);
        metrics.Made(key.Coding, source.Length, kept.Length);
        return kept;
    }

    private static long MostBytes(long sourceLength) => sourceLength - (sourceLength / LeastGainDivisor);

    /// <summary>The source's hash, or null when it ended early or could not be read.</summary>
    private static async ValueTask<ContentHash?> CodeAsync(
        VariantKey key,
        ContentReader source,
        VariantWriter writer,
        CancellationToken cancellationToken
    )
    {
        var block = ArrayPool<byte>.Shared.Rent((int)Math.Min(source.Length, ContentReader.BlockBytes));
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var encoder = BlockEncoder.Create(key.Coding, writer, source.Length);
            for (var offset = 0L; offset < source.Length; )
            {
                var asked = (int)Math.Min(source.Length - offset, ContentReader.BlockBytes);
                var read = await TryReadAsync(source, offset, block.AsMemory(0, asked), cancellationToken)
                    .ConfigureAwait(false);
                if (read == 0)
                {
                    return null;
                }

                offset += read;
                hash.AppendData(block, 0, read);
                if (writer.Length <= MostBytes(source.Length)) // Else the rest is hashed alone, so that the verdict is right.
                {
                    encoder.Write(block.AsSpan(0, read));
                }

                if (offset < source.Length)
                {
                    await Task.Yield(); // A block is milliseconds of work: others may have the thread in between.
                }
            }

            encoder.Finish();
            return hash.TakeHash();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static async ValueTask<int> TryReadAsync(
        ContentReader source,
        long offset,
        Memory<byte> block,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await source.ReadAsync(offset, block, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return 0; // The answer itself meets the same fault, and reports it.
        }
    }
}
