namespace PerfKit.Query.Tests.Keyset.Shapes;

/// <summary>A sort column of a shape: its type, which of the table's columns of that type, direction and null order.</summary>
internal sealed record ShapeColumn(char Tag, int Copy, bool Descending, KeysetNulls Nulls)
{
    public string Name => $"{Tag}{Copy}{(Nulls == KeysetNulls.None ? "" : "n")}";

    public bool NullsFirst =>
        Nulls == KeysetNulls.First || Nulls == (Descending ? KeysetNulls.Highest : KeysetNulls.Lowest);
}

/// <summary>A kind of sort, and how it sorts in memory.</summary>
internal sealed class KeysetShape
{
    private static readonly KeysetNulls[] AllNulls = Enum.GetValues<KeysetNulls>();
    private readonly List<ShapeColumn> _columns;
    private readonly bool _idDescending;

    private KeysetShape(List<ShapeColumn> columns, bool? idDescending)
    {
        _columns = columns;
        _idDescending = idDescending ?? columns[^1].Descending;
        Order = OrderOf(columns, idDescending);
    }

    public KeysetOrder Order { get; }

    /// <summary>Every sequence of so many columns: type x direction x NOT NULL, nulls first, nulls last. The id follows the last one.</summary>
    public static IEnumerable<KeysetShape> Every(int count)
    {
        var choices = KeysetRow
            .Types.SelectMany(static type =>
                Enumerable.Range(0, 6).Select(i => new ShapeColumn(type.Tag, 0, i % 2 == 1, AllNulls[i / 2]))
            )
            .ToList();
        IEnumerable<List<ShapeColumn>> sequences =
        [
            [],
        ];
        for (var copy = 0; copy < count; copy++)
        {
            var at = copy;
            sequences = sequences.SelectMany(columns =>
                choices.Select(c => columns.Append(c with { Copy = at }).ToList())
            );
        }

        return sequences.Select(static columns => new KeysetShape(columns, idDescending: null));
    }

    /// <summary>A random shape of so many columns, with every null order and the id in any direction.</summary>
    public static KeysetShape Random(Random random, int count) =>
        new(
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(copy => new ShapeColumn(
                        KeysetRow.Types[random.Next(KeysetRow.Types.Length)].Tag,
                        copy,
                        random.Next(2) == 1,
                        AllNulls[random.Next(AllNulls.Length)]
                    )),
            ],
            random.Next(3) switch
            {
                0 => null,
                var direction => direction == 1,
            }
        );

    public List<Guid> Sort(IEnumerable<KeysetRow> rows)
    {
        var comparer = Comparer<object?>.Create(KeysetRow.Compare);
        var sorted = rows.OrderBy(static _ => 0);
        foreach (var column in _columns)
        {
            sorted = sorted.ThenBy(row => row.Values[column.Name] is null != column.NullsFirst);
            sorted = column.Descending
                ? sorted.ThenByDescending(row => row.Values[column.Name], comparer)
                : sorted.ThenBy(row => row.Values[column.Name], comparer);
        }

        sorted = _idDescending
            ? sorted.ThenByDescending(static row => row.Id, comparer)
            : sorted.ThenBy(static row => row.Id, comparer);
        return [.. sorted.Select(static row => row.Id)];
    }

    public override string ToString() => string.Join(", ", Order.Columns.Select(static c => c.ToString()));

    private static KeysetOrder OrderOf(List<ShapeColumn> columns, bool? idDescending)
    {
        var fields = new KeysetFields(maxSortFields: 8).UniqueBy<Guid>("id", "t.id");
        foreach (var column in columns)
        {
            KeysetRow.Types.Single(type => type.Tag == column.Tag).Add(fields, column);
        }

        var sort = string.Join(',', columns.Select(static c => (c.Descending ? "-" : "") + c.Name));
        var id = idDescending switch
        {
            null => "",
            true => ",-id",
            false => ",id",
        };
        return fields.TryParse(sort + id, out var order, out var error) ? order : throw new ArgumentException(error);
    }
}
