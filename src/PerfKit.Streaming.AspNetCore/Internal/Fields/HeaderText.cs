using System.Buffers;

namespace PerfKit.Streaming.Internal;

/// <summary>Keeps out of header fields what could end them.</summary>
internal static class HeaderText
{
    private static readonly SearchValues<char> FieldCharacters = SearchValues.Create([
        .. Enumerable.Range(0x20, 0x5f).Select(static code => (char)code),
    ]);

    private static readonly SearchValues<char> TagCharacters = SearchValues.Create([
        .. Enumerable.Range(0x21, 0x5e).Select(static code => (char)code).Where(static c => c != '"'),
    ]);

    /// <summary>Demands in addition what names the bytes: without a tag no resumed download could be told from another.</summary>
    public static void DemandTagged(ContentDescription what)
    {
        Demand(what);
        if (what.ETag is null && what.Sha256 is null)
        {
            throw new ArgumentException(
                "The content has nothing that names its bytes: set ContentDescription.ETag or ContentDescription.Sha256.",
                nameof(what)
            );
        }
    }

    public static void Demand(ContentDescription what)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(what.Length ?? 0, nameof(what));
        if (what.ETag is not null)
        {
            Demand(what.ETag, TagCharacters, nameof(what.ETag));
        }

        Demand(what.ContentType, FieldCharacters, nameof(what.ContentType));
        if (what.CacheControl is not null)
        {
            Demand(what.CacheControl, FieldCharacters, nameof(what.CacheControl));
        }
    }

    private static void Demand(string text, SearchValues<char> allowed, string property)
    {
        ArgumentNullException.ThrowIfNull(text, property);
        if (text.AsSpan().ContainsAnyExcept(allowed))
        {
            throw new ArgumentException(
                $"ContentDescription.{property} holds a character that cannot stand in its header field.",
                property
            );
        }
    }
}
