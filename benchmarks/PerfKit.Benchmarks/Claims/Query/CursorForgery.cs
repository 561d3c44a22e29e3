using System.Buffers.Text;
using PerfKit.Benchmarks.Gate;
using PerfKit.Query;
using PerfKit.Query.Tests.Keyset.Shapes;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>
/// Cursors accepted that should not be: of real rows in three hundred orders, with each bit of the text and of the bytes
/// flipped, and under another sort, filter, tenant or key.
/// </summary>
public sealed class CursorForgery : Claim
{
    private const int Orders = 300;
    private const string Scope = "tenant 1, folder 7";

    private static readonly string[] OtherScopes =
    [
        "tenant 2, folder 7",
        "tenant 1, folder 8",
        "",
        "tenant 1",
        Scope + " ",
    ];

    public override string Area => "query";
    public override string Id => "cursor-forgery";
    public override Bar Bar => Bar.AtMost(0, "accepted", "<= 0");
    public override bool Quick => true;

    public override Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var random = new Random(5);
        var (cursors, others) = (CursorsOf(random, 2), CursorsOf(random, 2));
        var (accepted, tried, made) = (0, 0, new List<(KeysetOrder Order, string Cursor)>());
        foreach (var row in KeysetRow.Random(random, Orders))
        {
            var order = KeysetShape.Random(random, random.Next(1, KeysetRow.Copies + 1)).Order;
            var values = order.Columns.Select(column => row.Values[column.Name]).ToList();
            var cursor = cursors.Encode(order, Scope, new KeysetPosition(values, random.Next(2) == 1, random.Next(3)));
            made.Add((order, cursor));
            if (!cursors.TryDecode(order, Scope, cursor, out var read) || !read.Values.SequenceEqual(values))
            {
                throw new InvalidOperationException($"The cursor of {order} does not come back.");
            }
        }

        foreach (var (order, cursor) in made)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Try(cursors, order, Scope, Flipped(cursor));
            Try(cursors, order, Scope, Flipped(Base64Url.DecodeFromChars(cursor)));
            Try(others, order, Scope, [cursor]);
            foreach (var scope in OtherScopes)
            {
                Try(cursors, order, scope, [cursor]);
            }

            foreach (var other in made.Where(other => !other.Order.Columns.SequenceEqual(order.Columns)))
            {
                Try(cursors, other.Order, Scope, [cursor]);
            }
        }

        return Task.FromResult(new Measured(accepted, "accepted", $"of {tried}"));

        void Try(KeysetCursors signed, KeysetOrder order, string scope, IEnumerable<string> texts)
        {
            foreach (var text in texts)
            {
                tried++;
                accepted += signed.TryDecode(order, scope, text, out _) ? 1 : 0;
            }
        }
    }

    private static KeysetCursors CursorsOf(Random random, int keys)
    {
        var options = new KeysetCursorOptions();
        for (var i = 0; i < keys; i++)
        {
            var key = new byte[32];
            random.NextBytes(key);
            options.Keys.Add(key);
        }

        return new KeysetCursors(options);
    }

    private static IEnumerable<string> Flipped(string cursor) =>
        Enumerable
            .Range(0, cursor.Length * 16)
            .Select(bit =>
            {
                var text = cursor.ToCharArray();
                text[bit / 16] ^= (char)(1 << (bit % 16));
                return new string(text);
            });

    private static IEnumerable<string> Flipped(byte[] cursor) =>
        Enumerable
            .Range(0, cursor.Length * 8)
            .Select(bit =>
            {
                var bytes = cursor.ToArray();
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                return Base64Url.EncodeToString(bytes);
            });
}
