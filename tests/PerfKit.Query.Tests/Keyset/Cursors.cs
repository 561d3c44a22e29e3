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

    public static KeysetOrder Order(string sort) =>
        Fields.TryParse(sort, out var order, out var error) ? order : throw new ArgumentException(error);
}
