using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// Several parts in one body (RFC 9110, 14.6). The boundary is drawn anew for each answer, so that no stored content
/// can contain it on purpose; all heads are written beforehand, so that the length is exact.
/// </summary>
internal sealed class MultipartRanges
{
    private const int BoundaryBytes = 16;

    private readonly ByteRange[] _parts;
    private readonly byte[][] _heads;
    private readonly byte[] _end;

    public MultipartRanges(ByteRange[] parts, long length, string contentType)
    {
        var boundary = RandomNumberGenerator.GetHexString(BoundaryBytes * 2, lowercase: true);
        ContentType = $"multipart/byteranges; boundary={boundary}";
        _parts = parts;
        _heads = new byte[parts.Length][];
        _end = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        Length = _end.Length;
        for (var i = 0; i < parts.Length; i++)
        {
            var type = $"\r\n--{boundary}\r\nContent-Type: {contentType}\r\n";
            _heads[i] = Encoding.ASCII.GetBytes($"{type}Content-Range: {parts[i].ContentRange(length)}\r\n\r\n");
            Length += _heads[i].Length + parts[i].Length;
        }
    }

    /// <summary>The field, with the boundary, which needs no quotes.</summary>
    public string ContentType { get; }

    /// <summary>Bytes of the body.</summary>
    public long Length { get; }

    /// <summary>Writes the body; false when the reader of <paramref name="destination"/> has left.</summary>
    public async ValueTask<bool> WriteToAsync(
        PipeWriter destination,
        ContentReader reader,
        TransferPlace place,
        CancellationToken cancellationToken
    )
    {
        for (var i = 0; i < _parts.Length; i++)
        {
            destination.Write(_heads[i]);
            var part = _parts[i];
            var isThere = await reader
                .WriteToAsync(destination, part.Offset, part.Length, place, cancellationToken)
                .ConfigureAwait(false);
            if (!isThere)
            {
                return false;
            }
        }

        destination.Write(_end);
        var flush = await destination.FlushAsync(cancellationToken).ConfigureAwait(false);
        return !flush.IsCompleted && !flush.IsCanceled;
    }
}
