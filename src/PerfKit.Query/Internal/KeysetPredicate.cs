using System.Text;

namespace PerfKit.Query.Internal;

/// <summary>
/// Writes "the rows behind the cursor" so that both PostgreSQL and SQLite seek in an index instead of filtering.
/// </summary>
/// <remarks>
/// Neighbouring columns of one direction form a run and compare as a row value. One run is the whole condition:
/// <c>(a, b) &lt; (@k0, @k1)</c>. Several runs nest, each under its own bound:
/// <c>(a &lt;= @k0 and (a &lt; @k0 or b &gt; @k1))</c>. The bound takes the place of the equality in the usual
/// <c>a &lt; @k0 or (a = @k0 and b &gt; @k1)</c>: as a conjunct it can start an index scan, an OR is only a filter.
/// </remarks>
internal static class KeysetPredicate
{
    public static string Build(IReadOnlyList<KeysetColumn> columns)
    {
        var sql = new StringBuilder();
        Append(sql, columns, 0);
        return sql.ToString();
    }

    private static void Append(StringBuilder sql, IReadOnlyList<KeysetColumn> columns, int start)
    {
        var end = start + 1;
        while (end < columns.Count && columns[end].Descending == columns[start].Descending)
        {
            end++;
        }

        var left = Tuple(columns, start, end, static (c, _) => c.Sql);
        var right = Tuple(columns, start, end, static (_, i) => $"@k{i}");
        var beyond = columns[start].Descending ? "<" : ">";
        if (end == columns.Count)
        {
            sql.Append($"{left} {beyond} {right}");
            return;
        }

        sql.Append($"({left} {beyond}= {right} and ({left} {beyond} {right} or ");
        Append(sql, columns, end);
        sql.Append("))");
    }

    private static string Tuple(
        IReadOnlyList<KeysetColumn> columns,
        int start,
        int end,
        Func<KeysetColumn, int, string> write
    )
    {
        var parts = Enumerable.Range(start, end - start).Select(i => write(columns[i], i));
        return end - start == 1 ? parts.Single() : $"({string.Join(", ", parts)})";
    }
}
