using System.Text;

namespace PerfKit.Query.Internal;

/// <summary>
/// Writes "the rows behind the position" as ranges of an index, in the order of the list: each has equalities, then one
/// bound that both PostgreSQL and SQLite seek by.
/// </summary>
/// <remarks>
/// Neighbouring columns of one direction form a run and compare as a row value, <c>(a, b) &lt; (@k0, @k1)</c>. Behind a run
/// that is not the last stands <c>a &lt;= @k0 and case when a = @k0 then ... else true end</c>: the bound starts the index
/// scan, and what it reads in vain are the rows equal in the run. Where a whole page was equal in it (<see cref="KeysetPosition.Shared"/>),
/// and where the value is null, the equality is split off into a range of its own: <c>a = @k0 and ...</c>, then <c>a &lt; @k0</c>.
/// </remarks>
internal sealed class KeysetRanges(
    IReadOnlyList<KeysetColumn> columns,
    KeysetPosition position,
    ISqlDialect dialect,
    List<(string Where, string OrderBy)> ranges
)
{
    private int Count => columns.Count;

    /// <param name="columns">The order, reversed for a page that lies before the position.</param>
    /// <param name="position">Null at the beginning of the list.</param>
    /// <param name="dialect">The engine that shall run them.</param>
    public static List<(string Where, string OrderBy)> Of(
        IReadOnlyList<KeysetColumn> columns,
        KeysetPosition? position,
        ISqlDialect dialect
    )
    {
        var ranges = new List<(string, string)>(1);
        if (position is null)
        {
            ranges.Add(("1=1", OrderBy(columns, dialect, from: 0)));
        }
        else
        {
            new KeysetRanges(columns, position, dialect, ranges).Add(0, "");
        }

        return ranges;
    }

    /// <summary>Whether null order needs a column of its own in the index: <c>(a is null)</c> before <c>a</c>.</summary>
    /// <remarks>SQLite reads an index in two parts by itself where the column is the first that is not pinned.</remarks>
    private static bool IsFlagged(IReadOnlyList<KeysetColumn> columns, int i, ISqlDialect dialect) =>
        !dialect.IndexesNullOrder
        && i > 0
        && columns[i].Nulls != KeysetNulls.None
        && columns[i].NullsFirst == columns[i].Descending;

    private static string OrderBy(IReadOnlyList<KeysetColumn> columns, ISqlDialect dialect, int from)
    {
        var sql = new StringBuilder();
        for (var i = 0; i < columns.Count; i++)
        {
            var column = columns[i];
            var flagged = IsFlagged(columns, i, dialect);
            if (flagged && i >= from)
            {
                sql.Append($"({column.Sql} is null){(column.NullsFirst ? " desc" : "")}, ");
            }

            sql.Append(column.Sql).Append(column.Descending ? " desc" : "");
            if (column.Nulls != KeysetNulls.None && !flagged)
            {
                sql.Append(column.NullsFirst ? " nulls first" : " nulls last");
            }

            sql.Append(i < columns.Count - 1 ? ", " : "");
        }

        return sql.ToString();
    }

    /// <summary>Adds the ranges of the columns from <paramref name="start"/> on, under equalities in those before.</summary>
    private void Add(int start, string pinned)
    {
        var column = columns[start];
        if (position.Values[start] is null)
        {
            Add(start + 1, $"{pinned}{IsNull(start)} and ");
            if (column.NullsFirst)
            {
                Range(start, $"{pinned}{IsNotNull(start)}");
            }

            return;
        }

        var end = RunEnd(start);
        var flag = Flag(start, isNull: false);
        if (end == Count)
        {
            Range(start, $"{pinned}{flag}{Compare(start, end, Beyond(start), dialect.Opaque)}");
        }
        else if (position.Shared >= end)
        {
            var equal = string.Join(
                " and ",
                Enumerable.Range(start, end - start).Select(i => Compare(i, i + 1, "=", dialect.Opaque))
            );
            Add(end, $"{pinned}{flag}{equal} and ");
            Range(start, $"{pinned}{flag}{Compare(start, end, Beyond(start), dialect.Opaque)}");
        }
        else
        {
            Range(start, $"{pinned}{flag}{Bounded(start, end, dialect.Opaque)}");
        }

        if (column.Nulls != KeysetNulls.None && !column.NullsFirst)
        {
            Range(start, $"{pinned}{IsNull(start)}");
        }
    }

    private void Range(int start, string where) => ranges.Add((where, OrderBy(columns, dialect, start + 1)));

    /// <summary>Beyond the position in the columns from <paramref name="start"/> on, as one expression: for filters.</summary>
    private string Behind(int start)
    {
        var column = columns[start];
        if (position.Values[start] is null)
        {
            var rest = Behind(start + 1);
            return column.NullsFirst ? $"({column.Sql} is not null or {rest})" : $"({column.Sql} is null and {rest})";
        }

        var end = RunEnd(start);
        var beyond = end == Count ? Compare(start, end, Beyond(start)) : $"({Bounded(start, end)})";
        return column.Nulls != KeysetNulls.None && !column.NullsFirst ? $"({beyond} or {column.Sql} is null)" : beyond;
    }

    /// <summary>Not an OR: a planner would try it for an index of its own, for every page.</summary>
    private string Bounded(int start, int end, Func<string, string>? write = null) =>
        $"{Compare(start, end, Beyond(start) + "=", write)} and case when {Compare(start, end, "=")} then {Behind(end)} else true end";

    /// <summary>A run has one direction; only its first column may be nullable, as a row value with a null says nothing.</summary>
    private int RunEnd(int start)
    {
        var end = start + 1;
        while (
            end < Count
            && columns[end].Descending == columns[start].Descending
            && columns[end].Nulls == KeysetNulls.None
        )
        {
            end++;
        }

        return end;
    }

    private string Beyond(int start) => columns[start].Descending ? "<" : ">";

    private string Compare(int start, int end, string comparison, Func<string, string>? write = null)
    {
        var run = Enumerable.Range(start, end - start).ToList();
        var left = string.Join(", ", run.Select(i => columns[i].Sql));
        var right = string.Join(", ", run.Select(i => write is null ? $"@k{i}" : write($"@k{i}")));
        return run.Count == 1 ? $"{left} {comparison} {right}" : $"({left}) {comparison} ({right})";
    }

    private string IsNull(int i) => $"{Flag(i, isNull: true)}{columns[i].Sql} is null";

    private string IsNotNull(int i) => $"{Flag(i, isNull: false)}{columns[i].Sql} is not null";

    private string Flag(int i, bool isNull) =>
        IsFlagged(columns, i, dialect) ? $"({columns[i].Sql} is null) = {(isNull ? 1 : 0)} and " : "";
}
