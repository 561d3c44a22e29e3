using System.Buffers.Binary;

namespace PerfKit.Caching.Internal.Distributed;

/// <summary>
/// What stands before a value in Redis: two bytes, format and kind; before a sliding value also its span and its end, each
/// eight bytes, big-endian, in milliseconds. The script of <see cref="RedisDistributedCache"/> reads it too.
/// </summary>
internal static class EntryHeader
{
    public const int PlainBytes = 2;
    public const int SlidingBytes = 18;

    private const byte Format = 0xD1;
    private const byte Plain = 0;
    private const byte Sliding = 1;

    /// <summary>Length of the header of a stored value; 0 where it is none of ours, which is a miss.</summary>
    public static int LengthIn(ReadOnlySpan<byte> stored) =>
        stored.Length < PlainBytes || stored[0] != Format ? 0
        : stored[1] == Plain ? PlainBytes
        : stored[1] == Sliding && stored.Length >= SlidingBytes ? SlidingBytes
        : 0;

    /// <summary>Writes the header and gives its length.</summary>
    public static int Write(Span<byte> destination, Lifetime lifetime)
    {
        destination[0] = Format;
        destination[1] = lifetime.IsSliding ? Sliding : Plain;
        if (!lifetime.IsSliding)
        {
            return PlainBytes;
        }

        BinaryPrimitives.WriteInt64BigEndian(destination[2..], lifetime.SpanMilliseconds);
        BinaryPrimitives.WriteInt64BigEndian(destination[10..], lifetime.EndMilliseconds);
        return SlidingBytes;
    }
}
