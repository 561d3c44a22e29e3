using System.Text.RegularExpressions;

namespace PerfKit.Query.Internal;

/// <summary>A column of a SELECT.</summary>
/// <param name="Text">As it stands in the statement.</param>
/// <param name="Expression">Without its alias, as it stands in ORDER BY.</param>
/// <param name="Result">The name under which a row has the value.</param>
internal sealed partial record SelectColumn(string Text, string Expression, string Result)
{
    private const string Identifier = """(?<name>[\p{L}_][\p{L}\p{N}_$]*|"(?:[^"]|"")+")""";

    /// <exception cref="ArgumentException">The text is an expression without a name.</exception>
    public static SelectColumn Of(string columnSql)
    {
        var text = columnSql.Trim();
        if (Plain().Match(text) is { Success: true } plain)
        {
            return new SelectColumn(text, text, plain.Groups["name"].Value.Trim('"'));
        }

        return Named().Match(text) is { Success: true } named
            ? new SelectColumn(text, named.Groups["expression"].Value, named.Groups["name"].Value.Trim('"'))
            : throw new ArgumentException(
                $"'{columnSql}' is no plain column, and a row has its value under no name: add it as a field that ends in "
                    + "'as' and a name.",
                nameof(columnSql)
            );
    }

    [GeneratedRegex($@"^(?:{Identifier}\.)*{Identifier}$")]
    private static partial Regex Plain();

    [GeneratedRegex($@"^(?<expression>.+?)\s+as\s+{Identifier}$", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Named();
}
