using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace PerfKit.Streaming.Internal;

/// <summary>What a Want-Repr-Digest or Want-Content-Digest field says of SHA-256, the one algorithm there is.</summary>
internal enum DigestWish
{
    /// <summary>Nothing, or nothing that can be read: such a field is only a hint.</summary>
    Unsaid,
    Wanted,

    /// <summary>Weight 0: not acceptable.</summary>
    Refused,
}

/// <summary>
/// Reads such a field: a dictionary of weights from 0 to 10 (RFC 9530, 4; RFC 8941, 4.2.2). A fault anywhere makes it
/// say nothing.
/// </summary>
internal static class DigestWishes
{
    private const int MaxWeight = 10;

    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789_-.*"
    );

    public static DigestWish Read(StringValues field)
    {
        if (field.Count == 0)
        {
            return DigestWish.Unsaid;
        }

        var weight = -1; // Of the last member with the name, as in any dictionary.
        for (var rest = field.ToString().AsSpan().Trim(' '); !rest.IsEmpty; )
        {
            if (!TryKey(ref rest, out var key) || !TryWeight(ref rest, out var value) || !TryEnd(ref rest))
            {
                return DigestWish.Unsaid;
            }

            weight = key is DigestFields.Algorithm ? value : weight;
        }

        return weight switch
        {
            < 0 => DigestWish.Unsaid,
            0 => DigestWish.Refused,
            _ => DigestWish.Wanted,
        };
    }

    private static bool TryKey(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> key)
    {
        key = Take(ref rest, rest.IndexOfAnyExcept(KeyCharacters));
        return key is [(>= 'a' and <= 'z') or '*', ..];
    }

    private static bool TryWeight(ref ReadOnlySpan<char> rest, out int weight)
    {
        weight = -1;
        if (rest is not ['=', ..])
        {
            return false;
        }

        rest = rest[1..];
        var digits = Take(ref rest, rest.IndexOfAnyExceptInRange('0', '9'));
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out weight) && weight <= MaxWeight;
    }

    /// <summary>
    /// Passes parameters, which mean nothing here, and the comma, behind which another member must come.
    /// </summary>
    private static bool TryEnd(ref ReadOnlySpan<char> rest)
    {
        if (rest is [';', ..])
        {
            Take(ref rest, rest.IndexOf(','));
        }

        rest = rest.TrimStart(" \t");
        if (rest.IsEmpty)
        {
            return true;
        }

        var isComma = rest[0] == ',';
        rest = rest[1..].TrimStart(" \t");
        return isComma && !rest.IsEmpty;
    }

    private static ReadOnlySpan<char> Take(ref ReadOnlySpan<char> rest, int length)
    {
        var taken = length < 0 ? rest : rest[..length];
        rest = rest[taken.Length..];
        return taken;
    }
}
