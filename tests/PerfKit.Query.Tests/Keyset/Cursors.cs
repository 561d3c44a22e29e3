namespace PerfKit.Query.Tests.Keyset;

/// <summary>Cursors with a fixed key, and orders from a sort text.</summary>
internal static class Cursors
{
    public static readonly KeysetFields Fields = new KeysetFields()
        .Add<string>("path", "f.path")
        .Add<long>("size", "f.size")
        .Add<int>("rank", "f.rank")
        .Add<double>("score", "f.score")
        .Add<DateTimeOffset>("updatedAt", "f.updated_at")
        .Add<bool>("hidden", "f.hidden")
        .UniqueBy<Guid>("id", "f.id");

    public static KeysetCursors Signed(params byte[] keyBytes)
    {
        var options = new KeysetCursorOptions();
        foreach (var fill in keyBytes)
        {
            options.Keys.Add([.. Enumerable.Repeat(fill, 32)]);
        }

        return new KeysetCursors(options);
    }

    /// <summary>The cursor behind a row.</summary>
    public static string Encode(this KeysetCursors cursors, KeysetOrder order, string scope, object?[] values) =>
        cursors.Encode(order, scope, new KeysetPosition(values));

    public static KeysetOrder Order(string sort) =>
        Fields.TryParse(sort, out var order, out var error) ? order : throw new ArgumentException(error);

    /// <summary>All ranges of a page, as they are fetched while no row is found.</summary>
    public static async Task<List<KeysetRange>> RangesAsync(
        KeysetOrder order,
        KeysetPosition? position,
        ISqlDialect dialect,
        int limit = 50
    )
    {
        var signed = Signed(1);
        var cursor = position is null ? null : signed.Encode(order, "", position);
        if (!KeysetQuery.TryCreate(order, signed, "", cursor, limit, out var query, out var error))
        {
            throw new ArgumentException(error);
        }

        var ranges = new List<KeysetRange>();
        await query.ReadAsync<Guid>(
            dialect,
            (range, _) =>
            {
                ranges.Add(range);
                return Task.FromResult<IReadOnlyList<Guid>>([]);
            },
            static (row, _) => row
        );
        return ranges;
    }
}
