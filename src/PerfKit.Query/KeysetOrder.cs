using System.Text;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>
/// A total order over rows: sort columns that end in a unique one. Immutable; made by <see cref="KeysetFields"/>.
/// </summary>
public sealed class KeysetOrder
{
    internal KeysetOrder(IReadOnlyList<KeysetColumn> columns)
    {
        Columns = columns;
        Sort = string.Join(',', columns.Select(static c => c.Descending ? "-" + c.Name : c.Name));
        Shape = Encoding.UTF8.GetBytes(
            string.Join(
                ',',
                columns.Select(static c =>
                    $"{(c.Descending ? '-' : '+')}{c.Name}:{KeysetTypes.Tag(c.Type)}{(int)c.Nulls}"
                )
            )
        );
    }

    /// <summary>The columns in order of weight; the last one is unique.</summary>
    public IReadOnlyList<KeysetColumn> Columns { get; }

    /// <summary>The order in canonical form, for example <c>-size,path,id</c>; it parses back to the same order.</summary>
    public string Sort { get; }

    /// <summary>What a cursor of this order is bound to: names, directions, types and null order.</summary>
    internal byte[] Shape { get; }

    /// <summary>The ranges of the rows behind a position, or before it, in the order of reading.</summary>
    internal List<(string Where, string OrderBy)> Ranges(
        KeysetPosition? position,
        bool backward,
        ISqlDialect dialect
    ) => KeysetRanges.Of(backward ? [.. Columns.Select(Reverse)] : Columns, position, dialect);

    /// <inheritdoc/>
    public override string ToString() => Sort;

    private static KeysetColumn Reverse(KeysetColumn column) =>
        column with
        {
            Descending = !column.Descending,
            Nulls = column.Nulls switch
            {
                KeysetNulls.First => KeysetNulls.Last,
                KeysetNulls.Last => KeysetNulls.First,
                var same => same,
            },
        };
}
