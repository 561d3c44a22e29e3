using System.Buffers.Binary;

namespace PerfKit.Caching;

/// <summary>
/// The hash of a content, its address in a <see cref="IContentCache"/>: 32 bytes, such as a SHA-256, held by value. Hash codes
/// are seeded by process, so that chosen contents cannot be made to collide in the table.
/// </summary>
public readonly struct ContentKey : IEquatable<ContentKey>
{
    /// <summary>Length in bytes: 32.</summary>
    public const int ByteLength = 32;

    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64() | 1;
    private static readonly ulong OtherSeed = (ulong)Random.Shared.NextInt64() | 1;

    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;

    /// <summary>Takes the bytes of a hash.</summary>
    /// <param name="hash">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException">There are fewer or more bytes.</exception>
    public ContentKey(ReadOnlySpan<byte> hash)
    {
        if (hash.Length != ByteLength)
        {
            throw new ArgumentException($"A content key has {ByteLength} bytes, not {hash.Length}.", nameof(hash));
        }

        _first = BinaryPrimitives.ReadUInt64BigEndian(hash);
        _second = BinaryPrimitives.ReadUInt64BigEndian(hash[8..]);
        _third = BinaryPrimitives.ReadUInt64BigEndian(hash[16..]);
        _fourth = BinaryPrimitives.ReadUInt64BigEndian(hash[24..]);
    }

    /// <summary>Reads a hash written as 64 hex digits, of either case.</summary>
    /// <param name="hex">The digits.</param>
    /// <returns>The key.</returns>
    /// <exception cref="FormatException"><paramref name="hex"/> is anything else.</exception>
    public static ContentKey FromHex(ReadOnlySpan<char> hex)
    {
        Span<byte> hash = stackalloc byte[ByteLength];
        return
            hex.Length == 2 * ByteLength
            && Convert.FromHexString(hex, hash, out _, out _) == System.Buffers.OperationStatus.Done
            ? new ContentKey(hash)
            : throw new FormatException($"A content key is {2 * ByteLength} hex digits; this text is not.");
    }

    /// <inheritdoc/>
    public bool Equals(ContentKey other) =>
        _first == other._first && _second == other._second && _third == other._third && _fourth == other._fourth;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ContentKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var high = Math.BigMul(_first ^ _third ^ Seed, _second ^ _fourth ^ OtherSeed, out var low);
        var mixed = high ^ low;
        return (int)(mixed ^ (mixed >> 32));
    }

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString() => $"{_first:x16}{_second:x16}{_third:x16}{_fourth:x16}";

    /// <summary>Whether two keys are the same hash.</summary>
    public static bool operator ==(ContentKey left, ContentKey right) => left.Equals(right);

    /// <summary>Whether two keys are different hashes.</summary>
    public static bool operator !=(ContentKey left, ContentKey right) => !left.Equals(right);
}
