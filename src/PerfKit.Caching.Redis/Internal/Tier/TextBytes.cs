using System.Runtime.InteropServices;
using System.Text;
using PerfKit.Internal;

namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>
/// Texts as bytes, one to one: UTF-8, and what UTF-8 cannot say (lone surrogates) as 0xFF, which UTF-8 never begins with,
/// and UTF-16. So two texts are never one key.
/// </summary>
internal static class TextBytes
{
    private const byte Raw = 0xFF;

    public static bool IsUtf8(ReadOnlySpan<char> text) => LoneSurrogate.IndexIn(text) < 0;

    public static int Count(string text) =>
        IsUtf8(text) ? Encoding.UTF8.GetByteCount(text) : 1 + (text.Length * sizeof(char));

    public static int Write(string text, Span<byte> into)
    {
        if (IsUtf8(text))
        {
            return Encoding.UTF8.GetBytes(text, into);
        }

        into[0] = Raw;
        MemoryMarshal.AsBytes(text.AsSpan()).CopyTo(into[1..]);
        return 1 + (text.Length * sizeof(char));
    }

    public static byte[] Of(string text)
    {
        var bytes = new byte[Count(text)];
        Write(text, bytes);
        return bytes;
    }

    public static string Text(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 0 && bytes[0] == Raw
            ? new string(MemoryMarshal.Cast<byte, char>(bytes[1..]))
            : Encoding.UTF8.GetString(bytes);
}
