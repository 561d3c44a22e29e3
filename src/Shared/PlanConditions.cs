namespace PerfKit.Query.Internal;

/// <summary>Takes the text of an index condition apart.</summary>
internal static class PlanConditions
{
    private const string And = " AND ";

    /// <summary>The parts between the ANDs that stand in no parentheses and no quotes, each without its own parentheses.</summary>
    public static List<string> Split(string text)
    {
        var parts = new List<string>();
        text = Unwrap(text);
        var (start, depth, quoted) = (0, 0, false);
        for (var i = 0; i < text.Length; i++)
        {
            quoted ^= text[i] == '\'';
            depth += quoted ? 0 : Step(text[i]);
            if (!quoted && depth == 0 && text.AsSpan(i).StartsWith(And))
            {
                parts.Add(Unwrap(text[start..i]));
                start = i + And.Length;
            }
        }

        parts.Add(Unwrap(text[start..]));
        return parts;
    }

    /// <summary>Takes a pair of parentheses away that holds the whole text.</summary>
    public static string Unwrap(string text)
    {
        var (depth, quoted) = (0, false);
        for (var i = 0; i < text.Length; i++)
        {
            quoted ^= text[i] == '\'';
            depth += quoted ? 0 : Step(text[i]);
            if (depth == 0 && i < text.Length - 1)
            {
                return text;
            }
        }

        return text.StartsWith('(') ? text[1..^1] : text;
    }

    private static int Step(char c) =>
        c switch
        {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
}
