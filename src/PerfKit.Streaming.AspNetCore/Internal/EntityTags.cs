using Microsoft.Extensions.Primitives;

namespace PerfKit.Streaming.Internal;

/// <summary>Compares the lists of If-Match and If-None-Match with one strong tag (RFC 9110, 8.8.3 and 13.1).</summary>
internal static class EntityTags
{
    /// <summary>
    /// Whether a list holds <paramref name="tag"/> or is <c>*</c>. A malformed list ends at its fault: it then names no more tags.
    /// </summary>
    /// <param name="field">The field's lines.</param>
    /// <param name="tag">The current strong tag without quotes.</param>
    /// <param name="weakly">Whether <c>W/"x"</c> counts as <c>"x"</c> (If-None-Match) or as nothing (If-Match).</param>
    public static bool Match(StringValues field, string tag, bool weakly)
    {
        foreach (var line in field)
        {
            if (Match(line.AsSpan(), tag, weakly))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a single value is exactly the strong tag: the comparison of If-Range.</summary>
    public static bool IsExactly(ReadOnlySpan<char> value, string tag) =>
        value.Length == tag.Length + 2 && value[0] == '"' && value[^1] == '"' && value[1..^1].SequenceEqual(tag);

    private static bool Match(ReadOnlySpan<char> list, string tag, bool weakly)
    {
        if (list.Trim(" \t") is "*")
        {
            return true;
        }

        while (true)
        {
            list = list.TrimStart(" \t,");
            var weak = list.StartsWith("W/", StringComparison.Ordinal);
            list = weak ? list[2..] : list;
            if (list.IsEmpty || list[0] != '"')
            {
                return false;
            }

            var end = list[1..].IndexOf('"');
            if (end < 0)
            {
                return false;
            }

            if (list[1..(end + 1)].SequenceEqual(tag) && (weakly || !weak))
            {
                return true;
            }

            list = list[(end + 2)..];
        }
    }
}
