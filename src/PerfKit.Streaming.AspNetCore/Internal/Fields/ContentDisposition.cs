using System.Buffers;
using System.Text;

namespace PerfKit.Streaming.Internal;

/// <summary>Writes Content-Disposition (RFC 6266) with any file name, coded by RFC 8187 where ASCII does not do.</summary>
internal static class ContentDisposition
{
    private const int MaxNameCharacters = 255;

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !#$&'()+,-.;=@[]^_`{}~"
    );

    // attr-char of RFC 8187.
    private static readonly SearchValues<byte> Uncoded = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~"u8
    );

    /// <summary>The field's value, or null when there is nothing to say.</summary>
    public static string? Write(string? fileName, bool attachment)
    {
        var kind = attachment ? "attachment" : "inline";
        if (string.IsNullOrEmpty(fileName))
        {
            return attachment ? kind : null;
        }

        var name = Clean(fileName);
        var plain = Map(name, static c => Plain.Contains(c) ? c : '_');
        return plain == name
            ? $"{kind}; filename=\"{plain}\""
            : $"{kind}; filename=\"{plain}\"; filename*=UTF-8''{Code(name)}";
    }

    /// <summary>Drops what no file name needs: controls, separators, and marks that turn the reading direction around.</summary>
    private static string Clean(string name)
    {
        var length = Math.Min(name.Length, MaxNameCharacters);
        length -= char.IsHighSurrogate(name[length - 1]) ? 1 : 0;
        return Map(
            name[..length],
            static c =>
                char.IsControl(c) || c is '/' or '\\' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069')
                    ? '_'
                    : c
        );
    }

    private static string Map(string text, Func<char, char> map) =>
        string.Create(
            text.Length,
            (text, map),
            static (to, from) =>
            {
                for (var i = 0; i < to.Length; i++)
                {
                    to[i] = from.map(from.text[i]);
                }
            }
        );

    private static string Code(string name)
    {
        var coded = new StringBuilder(name.Length * 3);
        foreach (var octet in Encoding.UTF8.GetBytes(name))
        {
            _ = Uncoded.Contains(octet)
                ? coded.Append((char)octet)
                : coded.Append('%').Append(octet.ToString("X2", null));
        }

        return coded.ToString();
    }
}
