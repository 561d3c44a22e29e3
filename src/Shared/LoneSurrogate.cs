namespace PerfKit.Internal;

/// <summary>Half of a surrogate pair, which UTF-8 cannot carry: all of them would become the same replacement character.</summary>
internal static class LoneSurrogate
{
    /// <summary>Where the text has the first one; -1 for nearly all texts.</summary>
    public static int IndexIn(ReadOnlySpan<char> text)
    {
        var passed = 0;
        while (true)
        {
            var at = text[passed..].IndexOfAnyInRange('\uD800', '\uDFFF');
            if (at < 0)
            {
                return -1;
            }

            at += passed;
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
            {
                return at;
            }

            passed = at + 2;
        }
    }
}
