using System.Buffers.Binary;
using System.IO.Hashing;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PerfKit.RateLimit;

/// <summary>
/// Whose permits: 64 bits that stand for a tenant, a user, an address or several of them (XXH3 with a secret seed). Made
/// without allocating, from values of any length; what it was made from cannot be read back.
/// </summary>
/// <remarks>
/// The seed is drawn when the process starts: a key means nothing elsewhere or later, and nobody can aim at another's.
/// Two of a million keys are equal with a chance of 3 x 10^-8, and then share their permits. Values of different kinds
/// give different keys.
/// </remarks>
public readonly record struct LimitKey
{
    private const int AddressBytes = 16;
    private const int BitsPerByte = 8;
    private const int MostPrefix = AddressBytes * BitsPerByte;

    private static readonly long TextSeed = Draw();
    private static readonly long NumberSeed = Draw();
    private static readonly long GuidSeed = Draw();
    private static readonly long AddressSeed = Draw();
    private static readonly long PairSeed = Draw();

    private LimitKey(ulong value) => Value = value;

    internal ulong Value { get; }

    /// <summary>The key of a text. Each character counts, upper and lower case differ: normalise first if they should not.</summary>
    /// <param name="text">The text, of any length.</param>
    /// <returns>The key.</returns>
    public static LimitKey Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Of(text.AsSpan());
    }

    /// <summary>The key of a text, the same as that of an equal string.</summary>
    /// <param name="text">The text, of any length.</param>
    /// <returns>The key.</returns>
    public static LimitKey Of(ReadOnlySpan<char> text) => Hash(MemoryMarshal.AsBytes(text), TextSeed);

    /// <summary>The key of a GUID.</summary>
    /// <param name="value">The GUID.</param>
    /// <returns>The key.</returns>
    public static LimitKey Of(Guid value) => Hash(MemoryMarshal.AsBytes(new ReadOnlySpan<Guid>(in value)), GuidSeed);

    /// <summary>The key of a number.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The key.</returns>
    public static LimitKey Of(long value) => Hash(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in value)), NumberSeed);

    /// <summary>
    /// The key of a client's address. An IPv6 subscriber has a whole network, so its prefix counts alone; an IPv4 address
    /// counts whole, also when it is mapped to IPv6. Scope ids do not count.
    /// </summary>
    /// <param name="address">The address, from a connection or a trusted proxy.</param>
    /// <param name="ipv6PrefixLength">The leading bits of an IPv6 address that count, 1 to 128.</param>
    /// <returns>The key.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The prefix is no length from 1 to 128.</exception>
    public static LimitKey OfAddress(IPAddress address, int ipv6PrefixLength = 64)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentOutOfRangeException.ThrowIfLessThan(ipv6PrefixLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ipv6PrefixLength, MostPrefix);
        Span<byte> bytes = stackalloc byte[AddressBytes];
        address.TryWriteBytes(bytes, out var length);
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return Hash(bytes[..length], AddressSeed);
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return Hash(bytes[^4..], AddressSeed);
        }

        var bits = BinaryPrimitives.ReadUInt128BigEndian(bytes) & (UInt128.MaxValue << (MostPrefix - ipv6PrefixLength));
        BinaryPrimitives.WriteUInt128BigEndian(bytes, bits);
        return Hash(bytes, AddressSeed);
    }

    /// <summary>The key of this and another together, such as a tenant and its user. The order counts.</summary>
    /// <param name="other">The other.</param>
    /// <returns>The key of both.</returns>
    public LimitKey And(LimitKey other)
    {
        ReadOnlySpan<ulong> both = [Value, other.Value];
        return Hash(MemoryMarshal.AsBytes(both), PairSeed);
    }

    private static LimitKey Hash(ReadOnlySpan<byte> bytes, long seed) => new(XxHash3.HashToUInt64(bytes, seed));

    private static long Draw() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
}
