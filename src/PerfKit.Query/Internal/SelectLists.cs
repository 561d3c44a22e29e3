using System.Diagnostics;
using System.Numerics;

namespace PerfKit.Query.Internal;

/// <summary>
/// The columns of a field map, each a bit, and the texts written for sets of them, a bounded number. A text once written is there
/// for good; reading takes no lock.
/// </summary>
internal sealed class SelectLists(int max)
{
    private readonly Lock _gate = new();
    private readonly List<SelectColumn> _columns = [];
    private readonly Dictionary<string, ulong> _byExpression = new(StringComparer.Ordinal);
    private List[] _lists = []; // Replaced, never changed.
    private ulong _usual; // All columns but the dear ones, which are read only for callers who ask.
    private ulong _all;

    /// <summary>Adds a column, or gives the bit of the one there is.</summary>
    /// <exception cref="ArgumentException">Another column has its name in the row.</exception>
    public ulong Add(SelectColumn column, bool usual)
    {
        var place = _columns.IndexOf(column);
        if (place < 0)
        {
            CheckNew(column);
            place = _columns.Count;
            _columns.Add(column);
        }

        var bit = 1UL << place;
        _byExpression.TryAdd(column.Expression, bit);
        _all |= bit;
        _usual |= usual ? bit : 0;
        return bit;
    }

    /// <summary>The bit of a column, by its SQL without alias.</summary>
    public bool TryFind(string expression, out ulong bit) => _byExpression.TryGetValue(expression.Trim(), out bit);

    /// <summary>The text for a set of columns, or for a wider one where there are as many texts as may be.</summary>
    public string Get(ulong columns)
    {
        if (_columns.Count == 0)
        {
            throw new InvalidOperationException("A SELECT needs a column, and the field map has none: call Add.");
        }

        var wanted = columns == 0 ? 1 : columns; // Nothing is shown; the rows still count.
        return Find(Volatile.Read(ref _lists), wanted) ?? Write(wanted);
    }

    /// <summary>The text of just these columns, or, where no more may be written, of the smallest set known that has them.</summary>
    private string? Find(List[] lists, ulong wanted)
    {
        List? best = null;
        foreach (var list in lists)
        {
            if (list.Columns == wanted)
            {
                return list.Text;
            }

            if (Serves(list.Columns, wanted) && !(best?.Size <= list.Size))
            {
                best = list;
            }
        }

        return HasRoom(lists) ? null : best?.Text;
    }

    private string Write(ulong wanted)
    {
        lock (_gate)
        {
            if (Find(_lists, wanted) is { } known)
            {
                return known;
            }

            var columns = HasRoom(_lists) ? wanted : Widest(wanted);
            var texts = _columns.Where((_, place) => (columns & (1UL << place)) != 0).Select(static c => c.Text);
            var list = new List(columns, string.Join(", ", texts), BitOperations.PopCount(columns));
            Volatile.Write(ref _lists, [.. _lists, list]);
            Debug.Assert(_lists.Length <= max, "There are more texts than may be.");
            return list.Text;
        }
    }

    /// <summary>The last two places are kept for the two sets that every other is part of.</summary>
    private bool HasRoom(List[] lists) => lists.Length < max - 2;

    /// <summary>What is read where there is no room: a dear column only where a dear one is wanted.</summary>
    private ulong Widest(ulong wanted) => (wanted & ~_usual) == 0 ? _usual : _all;

    private bool Serves(ulong columns, ulong wanted)
    {
        var (missing, dear) = (wanted & ~columns, columns & ~wanted & ~_usual);
        return missing == 0 && (dear == 0 || columns == Widest(wanted));
    }

    private void CheckNew(SelectColumn column)
    {
        if (_columns.Find(c => c.Result.Equals(column.Result, StringComparison.OrdinalIgnoreCase)) is { } taken)
        {
            throw new ArgumentException(
                $"'{column.Text}' and '{taken.Text}' have one name in a row, '{taken.Result}': give one of them another by 'as'."
            );
        }

        if (_columns.Count == FieldMap.MaxFields)
        {
            throw new InvalidOperationException(
                $"A field map holds at most {FieldMap.MaxFields} columns; '{column.Text}' is one more."
            );
        }
    }

    private sealed record List(ulong Columns, string Text, int Size);
}
