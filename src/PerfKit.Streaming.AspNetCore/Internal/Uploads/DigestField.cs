using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace PerfKit.Streaming.Internal;

/// <summary>One digest a client states, of an algorithm known here.</summary>
internal readonly record struct StatedDigest(string Field, bool IsSha512, byte[] Value);

/// <summary>Reads Content-Digest and Repr-Digest (RFC 9530): a dictionary (RFC 9651, 3.2) of byte sequences.</summary>
internal static class DigestField
{
    private const int Sha256Bytes = 32;
    private const int Sha512Bytes = 64;

    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789_-.*"
    );

    /// <summary>Adds the field's digests of known algorithms; false when the field is malformed. Others are no business of ours.</summary>
    public static bool TryRead(string field, StringValues lines, List<StatedDigest> digests)
    {
        var rest = string.Join(", ", lines.ToArray()).AsSpan().Trim(' ');
        while (!rest.IsEmpty)
        {
            var end = EndOfMember(rest);
            if (end < 0 || !TryReadMember(field, rest[..end].Trim(" \t"), digests))
            {
                return false;
            }

            if (end == rest.Length)
            {
                return true;
            }

            rest = rest[(end + 1)..].TrimStart(" \t");
            if (rest.IsEmpty)
            {
                return false; // Nothing behind the comma.
            }
        }

        return true;
    }

    private static bool TryReadMember(string field, ReadOnlySpan<char> member, List<StatedDigest> digests)
    {
        var equals = member.IndexOf('=');
        var key = equals < 0 ? member : member[..equals];
        var parameters = key.IndexOf(';');
        key = parameters < 0 ? key : key[..parameters];
        if (key.IsEmpty || !(char.IsAsciiLetterLower(key[0]) || key[0] == '*') || key.ContainsAnyExcept(KeyCharacters))
        {
            return false;
        }

        var isSha512 = key is "sha-512";
        if (!isSha512 && key is not "sha-256")
        {
            return true;
        }

        var value = new byte[isSha512 ? Sha512Bytes : Sha256Bytes];
        if (equals < 0 || equals > key.Length || !TryReadBytes(member[(equals + 1)..], value))
        {
            return false;
        }

        digests.RemoveAll(d => d.Field == field && d.IsSha512 == isSha512); // The last of a key counts (RFC 9651).
        digests.Add(new StatedDigest(field, isSha512, value));
        return true;
    }

    private static bool TryReadBytes(ReadOnlySpan<char> text, Span<byte> value)
    {
        var end = text.IsEmpty || text[0] != ':' ? -1 : text[1..].IndexOf(':');
        return end >= 0
            && (end + 2 == text.Length || text[end + 2] == ';')
            && !text[1..(end + 1)].ContainsAny(" \t")
            && Convert.TryFromBase64Chars(text[1..(end + 1)], value, out var written)
            && written == value.Length;
    }

    /// <summary>Where the comma behind a member stands, or the end; -1 when a string or list in it never ends.</summary>
    private static int EndOfMember(ReadOnlySpan<char> rest)
    {
        var (inString, depth) = (false, 0);
        for (var i = 0; i < rest.Length; i++)
        {
            switch (rest[i])
            {
                case '\\' when inString:
                    i++;
                    break;
                case '"':
                    inString = !inString;
                    break;
                case '(' when !inString:
                    depth++;
                    break;
                case ')' when !inString:
                    depth--;
                    break;
                case ',' when !inString && depth == 0:
                    return i;
            }
        }

        return inString || depth != 0 ? -1 : rest.Length;
    }
}
