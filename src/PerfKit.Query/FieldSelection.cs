using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>The fields a caller asked for and may see. Immutable; made by <see cref="FieldMap"/>.</summary>
public sealed class FieldSelection
{
    private readonly FieldMap _map;
    private readonly SelectLists _lists;
    private readonly ulong _shown;
    private readonly ulong _reads;

    internal FieldSelection(FieldMap map, SelectLists lists, ulong shown, ulong reads)
    {
        _map = map;
        _lists = lists;
        _shown = shown;
        _reads = reads;
    }

    /// <summary>Whether the caller shall see a field. What is not shown may still be read, for a cursor or a loader.</summary>
    /// <exception cref="ArgumentException">The map has no field of this name.</exception>
    public bool Shows(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _map.Shows(_shown, name);
    }

    /// <summary>
    /// The columns to read, parted by commas, for a statement's SELECT: those of the fields shown, those their loaders need, and those
    /// the order's cursors need. Only texts of the program, in the order they were added, so that equal sets give one
    /// and the same string; nothing is allocated for a set seen before.
    /// </summary>
    /// <param name="order">The order of the list, or null where none is paged.</param>
    /// <exception cref="ArgumentException">The order sorts by a column that the map does not have: <see cref="FieldMap.AddKeysOf"/> is missing.</exception>
    /// <exception cref="InvalidOperationException">The map has no column.</exception>
    public string SelectList(KeysetOrder? order = null)
    {
        var reads = _reads;
        for (var i = 0; i < order?.Columns.Count; i++)
        {
            var key = order.Columns[i];
            if (!_lists.TryFind(key.Sql, out var column))
            {
                throw new ArgumentException(
                    $"The order sorts by '{key.Name}', and the field map does not have its column {key.Sql}: call AddKeysOf.",
                    nameof(order)
                );
            }

            reads |= column;
        }

        return _lists.Get(reads);
    }

    /// <summary>The names of the fields shown, in the order of the map: equal for equal selections, and it parses back.</summary>
    public override string ToString() => string.Join(',', _map.NamesOf(_shown));
}
