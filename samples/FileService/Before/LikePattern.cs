using System.Text;

namespace FileService.Before;

/// <summary>LIKE patterns that never lose a match.</summary>
internal static class LikePattern
{
    /// <summary>
    /// Holds the folded word, in any case. LIKE folds ASCII letters only and the words are folded by Unicode's rules, so a
    /// character beyond ASCII becomes <c>_</c>, which is any one character: folding keeps their number.
    /// </summary>
    public static string Containing(string word)
    {
        var pattern = new StringBuilder(word.Length + 2).Append('%');
        foreach (var rune in word.EnumerateRunes())
        {
            pattern.Append(
                rune switch
                {
                    { IsAscii: false } => "_",
                    { Value: '%' or '_' or '\\' } => $@"\{rune}",
                    _ => rune.ToString(),
                }
            );
        }

        return pattern.Append('%').ToString();
    }
}
