using System.Buffers;
using System.Text;

namespace PerfKit.Caching.Internal;

/// <summary>A value with stamped tags: format, number of tags, for each its length, UTF-8 and stamp; then the payload.</summary>
internal sealed class DistributedEntry : TierEntry
{
    private const byte Format = 1;
    private const int MostTags = 1_024;
    private const int MostTagBytes = 4 * TieredCacheOptions.MaxTagLength;
    private const int StampBytes = 16;

    private readonly PooledWriter _bytes;

    private DistributedEntry(PooledWriter bytes, long payloadAt, string[] stamped, Guid[] stamps)
    {
        _bytes = bytes;
        Payload = bytes.Written.Slice(payloadAt);
        Stamped = stamped;
        Stamps = stamps;
        Tags = stamped[..^1]; // The last is everything's.
    }

    public override ReadOnlySequence<byte> Payload { get; }

    public override IReadOnlyList<string> Tags { get; }

    public IReadOnlyList<string> Stamped { get; }

    public IReadOnlyList<Guid> Stamps { get; }

    public static byte[] Write(ReadOnlySequence<byte> payload, string[] stamped, Guid[] stamps)
    {
        using var target = new PooledWriter();
        target.Write([Format, (byte)stamped.Length, (byte)(stamped.Length >> 8)]);
        for (var i = 0; i < stamped.Length; i++)
        {
            var length = Encoding.UTF8.GetByteCount(stamped[i]);
            target.Write([(byte)length, (byte)(length >> 8)]);
            Encoding.UTF8.GetBytes(stamped[i], target);
            target.Write(stamps[i].ToByteArray());
        }

        foreach (var piece in payload)
        {
            target.Write(piece.Span);
        }

        return target.Written.ToArray();
    }

    /// <summary>Null for bytes that are none of ours: a miss.</summary>
    public static DistributedEntry? TryRead(PooledWriter bytes)
    {
        var reader = new SequenceReader<byte>(bytes.Written);
        if (
            !reader.TryRead(out var format)
            || format != Format
            || !reader.TryReadLittleEndian(out short count)
            || count is < 1 or > MostTags
        )
        {
            return null;
        }

        var stamped = new string[count];
        var stamps = new Guid[count];
        for (var i = 0; i < count; i++)
        {
            if (
                !reader.TryReadLittleEndian(out short length)
                || length is < 1 or > MostTagBytes
                || !reader.TryReadExact(length, out var text)
                || !reader.TryReadExact(StampBytes, out var stamp)
            )
            {
                return null;
            }

            stamped[i] = Encoding.UTF8.GetString(text);
            stamps[i] = new Guid(stamp.ToArray());
        }

        return stamped[^1] == TierJournal.Everything
            ? new DistributedEntry(bytes, reader.Consumed, stamped, stamps)
            : null;
    }

    public override void Dispose() => _bytes.Dispose();
}
