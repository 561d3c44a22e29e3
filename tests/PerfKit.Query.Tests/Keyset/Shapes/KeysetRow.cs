using System.Text;

namespace PerfKit.Query.Tests.Keyset.Shapes;

/// <summary>
/// A row of the test table: four columns of each type that are NOT NULL (s0, s1, ...), four that are not (s0n, ...), with few
/// different values, and an id.
/// </summary>
internal sealed class KeysetRow
{
    public const int Copies = 4;

    public static readonly ColumnType[] Types =
    [
        ColumnType.Of<string>('s', "text", "text collate \"C\""),
        ColumnType.Of<int>('i', "integer", "integer"),
        ColumnType.Of<long>('l', "integer", "bigint"),
        ColumnType.Of<decimal>('m', "numeric", "numeric"),
        ColumnType.Of<double>('d', "real", "double precision"),
        ColumnType.Of<Guid>('g', "text", "uuid"),
        ColumnType.Of<DateTime>('u', "text", "timestamp"),
        ColumnType.Of<DateTimeOffset>('t', "text", "timestamptz"),
        ColumnType.Of<bool>('b', "integer", "boolean"),
    ];

    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Texts = ["", "a", "A", "b'%_", "ä", "a b", "\uFFFD", "😀"];
    private static readonly long[] Longs = [long.MinValue, -1, 0, 1, long.MaxValue];
    private static readonly int[] Ints = [int.MinValue, -1, 0, int.MaxValue];
    private static readonly double[] Doubles =
    [
        double.MinValue,
        -0.5,
        0,
        double.Epsilon,
        1e300,
        double.PositiveInfinity,
    ];
    private static readonly decimal[] Decimals = [-12345678.9m, -0.1m, 0m, 0.30m, 10m, 9.99m];
    private static readonly long[] Micros = [0, 1, 2, 500_000, 510_000, -1];

    public Dictionary<string, object?> Values { get; } = [];

    public Guid Id => (Guid)Values["id"]!;

    public static IEnumerable<(string Name, ColumnType Type)> Columns =>
        Types.SelectMany(static t =>
            Enumerable.Range(0, Copies).SelectMany(i => new[] { ($"{t.Tag}{i}", t), ($"{t.Tag}{i}n", t) })
        );

    /// <summary>Rows with many equal values; times are whole microseconds, as PostgreSQL keeps them.</summary>
    public static List<KeysetRow> Random(Random random, int count)
    {
        var guids = Enumerable.Range(0, 5).Select(_ => NewGuid(random)).ToArray();
        return [.. Enumerable.Range(0, count).Select(_ => Row(random, guids))];
    }

    /// <summary>Orders as the databases do: text by UTF-8 bytes, ids by their hex text, times by instant, false before true.</summary>
    public static int Compare(object? left, object? right) =>
        (left, right) switch
        {
            (string a, string b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)),
            (Guid a, Guid b) => string.CompareOrdinal(a.ToString(), b.ToString()),
            _ => Comparer<object>.Default.Compare(left, right),
        };

    private static KeysetRow Row(Random random, Guid[] guids)
    {
        var row = new KeysetRow();
        foreach (var (name, type) in Columns)
        {
            row.Values[name] = name.EndsWith('n') && random.Next(3) == 0 ? null : Value(random, type.Tag, guids);
        }

        row.Values["id"] = NewGuid(random);
        return row;
    }

    private static object Value(Random random, char tag, Guid[] guids) =>
        tag switch
        {
            's' => random.GetItems(Texts, 1)[0],
            'i' => random.GetItems(Ints, 1)[0],
            'l' => random.GetItems(Longs, 1)[0],
            'm' => random.GetItems(Decimals, 1)[0],
            'd' => random.GetItems(Doubles, 1)[0],
            'g' => random.GetItems(guids, 1)[0],
            'u' => Noon.DateTime.AddMicroseconds(random.GetItems(Micros, 1)[0]),
            't' => Noon.AddMicroseconds(random.GetItems(Micros, 1)[0]),
            _ => random.Next(2) == 1,
        };

    private static Guid NewGuid(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
