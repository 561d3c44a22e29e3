using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal.Coding;

/// <summary>
/// Takes coded bytes into a temporary file and hashes them. A stream, as the gzip encoder wants one. Disposed before it is
/// published it leaves nothing.
/// </summary>
internal sealed class VariantWriter(string path) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly SafeFileHandle _file = File.OpenHandle(
        path,
        FileMode.CreateNew,
        FileAccess.Write,
        FileShare.Delete
    );
    private long _length;

    public string Path => path;

    public override long Length => _length;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        RandomAccess.Write(_file, buffer, _length);
        _hash.AppendData(buffer);
        _length += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>SHA-256 of everything written; ask once.</summary>
    public ContentHash TakeHash() => _hash.TakeHash();

    /// <summary>Cuts the file to what is kept of it, nothing for a verdict, and ends it with the trailer.</summary>
    public void Finish(VariantKey key, KeptVariant kept)
    {
        Span<byte> trailer = stackalloc byte[VariantTrailer.ByteLength];
        VariantTrailer.Write(trailer, key, kept);
        RandomAccess.SetLength(_file, kept.Length);
        RandomAccess.Write(_file, trailer, kept.Length);
    }

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            _file.Dispose();
            File.Delete(path); // Published, it has another name by now.
        }

        base.Dispose(disposing);
    }
}
