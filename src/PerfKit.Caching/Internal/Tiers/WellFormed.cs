namespace PerfKit.Caching.Internal;

/// <summary>Text that UTF-8 can carry: lone surrogates would become one another's replacement.</summary>
internal static class WellFormed
{
    public static bool Is(string text)
    {
        for (var i = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF'); i >= 0 && i < text.Length; i++)
        {
            if (
                char.IsSurrogate(text[i])
                && !(char.IsHighSurrogate(text[i]) && ++i < text.Length && char.IsLowSurrogate(text[i]))
            )
            {
                return false;
            }
        }

        return true;
    }
}
