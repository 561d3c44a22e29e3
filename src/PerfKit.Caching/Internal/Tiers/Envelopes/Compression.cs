using System.Buffers;
using System.IO.Compression;

namespace PerfKit.Caching.Internal;

/// <summary>Brotli at its fastest, from pooled bytes to pooled bytes.</summary>
internal static class Compression
{
    private const int Quality = 1;
    private const int WindowBits = 18; // 256 KB back: more costs memory and finds little more at this quality.

    /// <summary>Compresses, and gives up as soon as less than an eighth would be saved.</summary>
    public static bool TryCompress(ReadOnlySequence<byte> source, PooledWriter target)
    {
        var allowed = source.Length - (source.Length / 8);
        var encoder = new BrotliEncoder(Quality, WindowBits); // Structs with state: passed by reference, so not "using".
        try
        {
            foreach (var memory in source)
            {
                if (!Push(ref encoder, memory.Span, target, allowed, isLast: false))
                {
                    return false;
                }
            }

            return Push(ref encoder, default, target, allowed, isLast: true);
        }
        finally
        {
            encoder.Dispose();
        }
    }

    /// <summary>Expands to exactly so many bytes; false on anything else, having produced no more than those.</summary>
    public static bool TryExpand(ReadOnlySequence<byte> source, long length, PooledWriter target)
    {
        var decoder = new BrotliDecoder();
        try
        {
            var status = OperationStatus.NeedMoreData;
            foreach (var memory in source)
            {
                var piece = memory.Span;
                if (piece.IsEmpty)
                {
                    continue;
                }

                if (status == OperationStatus.Done || !Pull(ref decoder, piece, target, length, out status))
                {
                    return false;
                }
            }

            return status == OperationStatus.Done && target.Length == length;
        }
        finally
        {
            decoder.Dispose();
        }
    }

    private static bool Pull(
        ref BrotliDecoder decoder,
        ReadOnlySpan<byte> piece,
        PooledWriter target,
        long length,
        out OperationStatus status
    )
    {
        while (true)
        {
            var span = target.GetSpan();
            var room = (int)Math.Min(span.Length, length - target.Length + 1); // One more tells a longer one.
            status = decoder.Decompress(piece, span[..room], out var read, out var written);
            target.Advance(written);
            piece = piece[read..];
            if (target.Length > length || status == OperationStatus.InvalidData)
            {
                return false;
            }

            if (status != OperationStatus.DestinationTooSmall)
            {
                return piece.IsEmpty; // Else something stands behind the end.
            }
        }
    }

    private static bool Push(
        ref BrotliEncoder encoder,
        ReadOnlySpan<byte> source,
        PooledWriter target,
        long allowed,
        bool isLast
    )
    {
        while (true)
        {
            var status = encoder.Compress(source, target.GetSpan(), out var read, out var written, isLast);
            target.Advance(written);
            source = source[read..];
            if (target.Length > allowed || status == OperationStatus.InvalidData)
            {
                return false;
            }

            if (status == OperationStatus.Done)
            {
                return true;
            }
        }
    }
}
