using System.Text;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>
/// A total order over rows: sort columns that end in a unique one. Immutable; made by <see cref="KeysetFields.TryParse"/>.
/// </summary>
public sealed class KeysetOrder
{
    internal KeysetOrder(IReadOnlyList<KeysetColumn> columns)
    {
        Columns = columns;
        Sort = string.Join(',', columns.Select(static c => c.Descending ? "-" + c.Name : c.Name));
        OrderBy = string.Join(", ", columns.Select(static c => c.Descending ? c.Sql + " desc" : c.Sql));
        After = KeysetPredicate.Build(columns);
        Shape = Encoding.UTF8.GetBytes(
            string.Join(
                ',',
                columns.Select(static c => $"{(c.Descending ? '-' : '+')}{c.Name}:{KeysetTypes.Tag(c.Type)}")
            )
        );
    }

    /// <summary>The columns in order of weight; the last one is unique.</summary>
    public IReadOnlyList<KeysetColumn> Columns { get; }

    /// <summary>The order in canonical form, for example <c>-size,path,id</c>; it parses back to the same order.</summary>
    public string Sort { get; }

    /// <summary>The columns as an ORDER BY list without the keyword, for example <c>f.size desc, f.path, f.id</c>.</summary>
    public string OrderBy { get; }

    /// <summary>The condition of the rows behind @k0, @k1 and so on.</summary>
    internal string After { get; }

    /// <summary>What a cursor of this order is bound to: names, directions and types.</summary>
    internal byte[] Shape { get; }

    /// <inheritdoc/>
    public override string ToString() => Sort;
}
