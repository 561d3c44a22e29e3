using System.Text;

namespace PerfKit.Query.Tests.Keyset;

/// <summary>A row of the test table: three columns of each type (s0, s1, s2, l0, ...) with few different values, and an id.</summary>
internal sealed class KeysetRow
{
    public const int Copies = 3;

    public static readonly (char Tag, Type Type)[] Types =
    [
        ('s', typeof(string)),
        ('l', typeof(long)),
        ('g', typeof(Guid)),
        ('t', typeof(DateTimeOffset)),
        ('b', typeof(bool)),
        ('i', typeof(int)),
        ('d', typeof(double)),
    ];

    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public Dictionary<string, object> Values { get; } = [];

    public Guid Id => (Guid)Values["id"];

    public static IEnumerable<(string Name, Type Type)> Columns =>
        Types
            .SelectMany(t => Enumerable.Range(0, Copies).Select(i => ($"{t.Tag}{i}", t.Type)))
            .Append(("id", typeof(Guid)));

    /// <summary>Rows with many equal values; times are multiples of the tick given (PostgreSQL keeps microseconds).</summary>
    public static List<KeysetRow> Random(int seed, int count, long tick)
    {
        var random = new Random(seed);
        var guids = Enumerable.Range(0, 5).Select(_ => NewGuid(random)).ToArray();
        return [.. Enumerable.Range(0, count).Select(_ => Row(random, guids, tick))];
    }

    /// <summary>Orders as the databases do: text by UTF-8 bytes, ids by their hex text, times by instant, false before true.</summary>
    public static int Compare(object left, object right) =>
        (left, right) switch
        {
            (string a, string b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)),
            (Guid a, Guid b) => string.CompareOrdinal(a.ToString(), b.ToString()),
            _ => Comparer<object>.Default.Compare(left, right),
        };

    private static KeysetRow Row(Random random, Guid[] guids, long tick)
    {
        string[] texts = ["", "a", "A", "b'%_", "ä", "a b", "\uFFFD", "😀"];
        long[] longs = [long.MinValue, -1, 0, 1, long.MaxValue];
        int[] ints = [int.MinValue, -1, 0, int.MaxValue];
        double[] doubles = [double.MinValue, -0.5, 0, double.Epsilon, 1e300];
        long[] ticks = [0, tick, 2 * tick, 5_000_000, 5_100_000, -tick];
        var row = new KeysetRow();
        for (var i = 0; i < Copies; i++)
        {
            row.Values[$"s{i}"] = texts[random.Next(texts.Length)];
            row.Values[$"l{i}"] = longs[random.Next(longs.Length)];
            row.Values[$"g{i}"] = guids[random.Next(guids.Length)];
            row.Values[$"t{i}"] = Noon.AddTicks(ticks[random.Next(ticks.Length)]);
            row.Values[$"b{i}"] = random.Next(2) == 1;
            row.Values[$"i{i}"] = ints[random.Next(ints.Length)];
            row.Values[$"d{i}"] = doubles[random.Next(doubles.Length)];
        }

        row.Values["id"] = NewGuid(random);
        return row;
    }

    private static Guid NewGuid(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
