using System.Text.RegularExpressions;

namespace PerfKit.Query.Internal;

/// <summary>
/// Whether an index is sought in. Its conditions count from the first column on: equalities, then one bound. A later one, or one
/// in the filter, is looked at row by row, which "Index Scan" does not say.
/// </summary>
internal static class SeekVerdict
{
    /// <summary>A sentence, or null for a plan that seeks.</summary>
    public static string? Fault(IndexUse use, string index)
    {
        if (use.Columns is null)
        {
            return $"There is no index '{index}'.";
        }

        if (use.Conditions is null)
        {
            return $"The plan does not read the index '{index}'.";
        }

        return Unbounded(use.Columns, use.Conditions, use.Filter, index)
            ?? (use.Sorts ? $"Rows are sorted after they were read: the index '{index}' has another order." : null);
    }

    private static string? Unbounded(
        IReadOnlyList<string> columns,
        IReadOnlyList<string> conditions,
        string? filter,
        string index
    )
    {
        var terms = conditions.Select(Term.Of).ToList();
        var pinned = columns.TakeWhile(column => terms.Exists(t => t.IsEquality && t.Column == column)).Count();
        if (
            (pinned == columns.Count && terms.Count > 0)
            || (pinned < columns.Count && terms.Exists(t => !t.IsEquality && t.Column == columns[pinned]))
        )
        {
            return null;
        }

        var loose = columns
            .Skip(pinned)
            .FirstOrDefault(column => terms.Exists(t => t.Column == column) || Mentions(filter, column));
        return loose is not null
                ? $"The condition on '{loose}' does not bound the index '{index}': rows are read first and compared then."
            : pinned == 0 ? $"The index '{index}' is read from its beginning: no condition bounds it."
            : null;
    }

    private static bool Mentions(string? text, string column) =>
        text is not null
        && Regex.IsMatch(
            text,
            $"""(?<![\w.@:$])"?{Regex.Escape(column)}"?(?![\w(])""",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
        );

    /// <summary>A condition such as <c>ws = 1</c>, <c>ROW(path, id) &gt; ROW('a', 1)</c>, <c>(path,id)&gt;(?,?)</c>.</summary>
    private sealed record Term(string Column, bool IsEquality)
    {
        public static Term Of(string condition)
        {
            var end = OperatorAt(condition);
            var left = Regex.Replace(condition[..end].Trim(), @"::[\w "".]+$", ""); // (path)::text
            left = left.StartsWith("ROW(", StringComparison.Ordinal) ? left[3..] : left;
            var rest = condition[end..];
            return new Term(
                (left.StartsWith('(') && left.EndsWith(')') ? left[1..^1] : left).Split(',')[0],
                rest.StartsWith('=') || rest.StartsWith("IS NULL", StringComparison.Ordinal)
            );
        }

        /// <summary>Where the comparison stands that is in no parentheses.</summary>
        private static int OperatorAt(string condition)
        {
            var depth = 0;
            for (var i = 0; i < condition.Length; i++)
            {
                depth += condition[i] switch
                {
                    '(' => 1,
                    ')' => -1,
                    _ => 0,
                };
                if (
                    depth == 0
                    && (
                        condition[i] is '<' or '>' or '='
                        || condition.AsSpan(i).StartsWith("IS N", StringComparison.Ordinal)
                    )
                )
                {
                    return i;
                }
            }

            return condition.Length;
        }
    }
}
