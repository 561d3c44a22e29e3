using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace PerfKit.RateLimit.Internal.Policies;

/// <summary>
/// An address or a network, as 128 bits: an IPv4 address is the same alone and mapped to IPv6. To <see cref="IPNetwork"/>
/// these are two, and to map one back for each request allocates.
/// </summary>
internal readonly record struct AddressRange(UInt128 Network, UInt128 Mask)
{
    private const int Bits = 128;
    private const int Ipv4Offset = 96;
    private const int Ipv4Dots = 3;

    /// <summary>Whether a text is an address or a network and not a name: <c>42</c> could be read as an address, but is none here.</summary>
    public static bool IsMeant(string text) =>
        text.Contains('/', StringComparison.Ordinal)
        || (
            IPAddress.TryParse(text, out _)
            && (text.Contains(':', StringComparison.Ordinal) || text.AsSpan().Count('.') == Ipv4Dots)
        );

    public static bool TryParse(string text, out AddressRange range)
    {
        range = default;
        if (IPAddress.TryParse(text, out var address))
        {
            range = new AddressRange(ValueOf(address), UInt128.MaxValue);
            return true;
        }

        if (!IPNetwork.TryParse(text, out var network))
        {
            return false;
        }

        var isIpv4 = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
        var length = network.PrefixLength + (isIpv4 ? Ipv4Offset : 0);
        var mask = length == 0 ? UInt128.Zero : UInt128.MaxValue << (Bits - length);
        range = new AddressRange(ValueOf(network.BaseAddress) & mask, mask);
        return true;
    }

    public static UInt128 ValueOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[Bits / 8];
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            bytes.Clear();
            bytes[10..12].Fill(0xff); // ::ffff:a.b.c.d
            address.TryWriteBytes(bytes[12..], out _);
        }
        else
        {
            address.TryWriteBytes(bytes, out _);
        }

        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    public bool Contains(UInt128 address) => (address & Mask) == Network;
}
