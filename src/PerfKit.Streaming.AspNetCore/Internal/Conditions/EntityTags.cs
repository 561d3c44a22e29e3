using Microsoft.Extensions.Primitives;

namespace PerfKit.Streaming.Internal;

/// <summary>Writes entity tags and compares the lists of If-Match and If-None-Match with one (RFC 9110, 8.8.3 and 13.1).</summary>
internal static class EntityTags
{
    private const string WeakPrefix = "W/";

    /// <summary>The field's value for a described content: its own tag, else its hash; null when it has neither.</summary>
    public static string? Of(ContentDescription what) =>
        what.ETag is { } tag ? $"\"{tag}\""
        : what.Sha256 is { } hash
            ? string.Create(ContentHash.TextLength + 2, hash, static (text, hash) => Quote(text, hash))
        : null;

    /// <summary>
    /// Whether a list holds the tag or is <c>*</c>. A malformed list ends at its fault: it then names no more tags.
    /// </summary>
    /// <param name="field">The field's lines.</param>
    /// <param name="current">The current tag as its field says it; null when there is none.</param>
    /// <param name="weakly">Whether <c>W/"x"</c> counts as <c>"x"</c> (If-None-Match) or as nothing (If-Match).</param>
    public static bool Match(StringValues field, string? current, bool weakly)
    {
        if (field.Count == 1 && field[0].AsSpan().Trim(" \t") is "*")
        {
            return true;
        }

        if (current is null || (IsWeak(current) && !weakly))
        {
            return false;
        }

        var tag = current.AsSpan(IsWeak(current) ? WeakPrefix.Length : 0);
        foreach (var line in field)
        {
            if (Holds(line.AsSpan(), tag, weakly))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a single value is exactly the current tag, and that is strong: the comparison of If-Range.</summary>
    public static bool IsExactly(string value, string? current) =>
        current is not null && !IsWeak(current) && string.Equals(value, current, StringComparison.Ordinal);

    private static bool IsWeak(ReadOnlySpan<char> tag) => tag.StartsWith(WeakPrefix, StringComparison.Ordinal);

    private static bool Holds(ReadOnlySpan<char> list, ReadOnlySpan<char> tag, bool weakly)
    {
        while (true)
        {
            list = list.TrimStart(" \t,");
            var weak = IsWeak(list);
            list = weak ? list[WeakPrefix.Length..] : list;
            if (list.IsEmpty || list[0] != '"')
            {
                return false;
            }

            var end = list[1..].IndexOf('"');
            if (end < 0)
            {
                return false;
            }

            if ((weakly || !weak) && list[..(end + 2)].SequenceEqual(tag))
            {
                return true;
            }

            list = list[(end + 2)..].TrimStart(" \t");
            if (!list.IsEmpty && list[0] != ',')
            {
                return false;
            }
        }
    }

    private static void Quote(Span<char> text, ContentHash hash)
    {
        text[0] = text[^1] = '"';
        hash.TryFormat(text[1..], out _);
    }
}
