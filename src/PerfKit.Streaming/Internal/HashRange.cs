using System.Buffers;

namespace PerfKit.Streaming.Internal;

/// <summary>The hashes that begin with some hex digits: everything from First to Last.</summary>
internal readonly record struct HashRange(ContentHash First, ContentHash Last)
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <exception cref="ArgumentException">The prefix is not 0 to 64 hex digits.</exception>
    public static HashRange Of(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.Length > ContentHash.TextLength || prefix.AsSpan().ContainsAnyExcept(HexDigits))
        {
            throw new ArgumentException(
                $"'{prefix}' is no beginning of a content hash; give up to {ContentHash.TextLength} hex digits.",
                nameof(prefix)
            );
        }

        return new HashRange(
            ContentHash.Parse(prefix.PadRight(ContentHash.TextLength, '0')),
            ContentHash.Parse(prefix.PadRight(ContentHash.TextLength, 'f'))
        );
    }

    /// <summary>Whether a listing behind a hash has this one in it.</summary>
    public bool Lists(ContentHash hash, ContentHash? after) =>
        hash >= First && hash <= Last && (after is null || hash > after);
}
