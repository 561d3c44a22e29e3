using System.Buffers;
using System.IO.Compression;
using System.Numerics;

namespace PerfKit.Streaming.Internal.Coding;

/// <summary>Codes blocks into a writer.</summary>
internal abstract class BlockEncoder : IDisposable
{
    public static BlockEncoder Create(ContentCoding coding, VariantWriter destination, long sourceLength) =>
        coding == ContentCoding.Brotli ? new Brotli(destination, sourceLength) : new Gzip(destination);

    public abstract void Write(ReadOnlySpan<byte> block);

    public abstract void Finish();

    public abstract void Dispose();

    private sealed class Brotli(VariantWriter destination, long sourceLength) : BlockEncoder
    {
        private const int Quality = 6;
        private const int LeastWindow = 10;
        private const int LargestWindow = 22;
        private const int BlockBytes = 64 * 1024;

        private readonly byte[] _block = ArrayPool<byte>.Shared.Rent(BlockBytes);

        // A window beyond the source only costs memory.
        private BrotliEncoder _encoder = new(
            Quality,
            Math.Clamp(BitOperations.Log2((ulong)sourceLength) + 1, LeastWindow, LargestWindow)
        );

        public override void Write(ReadOnlySpan<byte> block) => Compress(block, isFinal: false);

        public override void Finish() => Compress([], isFinal: true);

        public override void Dispose()
        {
            _encoder.Dispose();
            ArrayPool<byte>.Shared.Return(_block);
        }

        private void Compress(ReadOnlySpan<byte> block, bool isFinal)
        {
            OperationStatus status;
            do
            {
                status = _encoder.Compress(block, _block, out var consumed, out var written, isFinal);
                destination.Write(_block.AsSpan(0, written));
                block = block[consumed..];
            } while (status == OperationStatus.DestinationTooSmall);
        }
    }

    private sealed class Gzip(VariantWriter destination) : BlockEncoder
    {
        private const int Level = 6;

        private readonly GZipStream _stream = new(
            destination,
            new ZLibCompressionOptions { CompressionLevel = Level },
            leaveOpen: true
        );

        public override void Write(ReadOnlySpan<byte> block) => _stream.Write(block);

        public override void Finish() => _stream.Dispose();

        public override void Dispose() => _stream.Dispose();
    }
}
