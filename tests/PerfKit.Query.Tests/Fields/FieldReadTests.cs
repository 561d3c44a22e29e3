using System.Data.Common;
using Dapper;
using PerfKit.Query.Tests.Keyset;

namespace PerfKit.Query.Tests.Fields;

/// <summary>Lists of some fields, read through Dapper on both engines.</summary>
public sealed class FieldReadTests
{
    private const string Schema = """
        create table files (id bigint not null primary key, path text not null, size bigint not null, content_type text not null,
            secret text not null);
        insert into files values (1, 'a', 30, 'text/a', 's1'), (2, 'b', 20, 'text/b', 's2'), (3, 'c', 20, 'text/c', 's3'),
            (4, 'd', 10, 'text/d', 's4')
        """;

    private static readonly KeysetFields Sortable = new KeysetFields()
        .Add<long>("size", "f.size")
        .Add<long>("pathLength", "length(f.path)")
        .UniqueBy<long>("id", "f.id");

    private static readonly FieldMap Map = new FieldMap()
        .Add("path", "f.path")
        .Add("type", "f.content_type as ContentType")
        .Add("pathLength", "cast(length(f.path) as bigint) as PathLength", byDefault: false)
        .Add("secret", "f.secret", byDefault: false)
        .AddLoaded("copies", "f.id")
        .Add("rawLength", "length(f.path) as RawLength", byDefault: false)
        .AddKeysOf(Sortable);

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task A_row_has_the_selected_values_and_the_others_stay_default(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, Schema);

        var some = await FirstAsync(connection, "type,pathLength");
        var all = await FirstAsync(connection, null);
        var copies = await FirstAsync(connection, "copies");

        some.Should().BeEquivalentTo(new FileRow { ContentType = "text/a", PathLength = 1 });
        all.Should().BeEquivalentTo(new FileRow { Path = "a", ContentType = "text/a" });
        copies.Should().BeEquivalentTo(new FileRow { Id = 1 });
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task A_walk_by_hidden_keys_sees_every_row_once_even_when_each_page_asks_for_others(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, Schema);
        var cursors = Cursors.Signed(1);
        Sortable.TryParse("size", out var order, out _).Should().BeTrue();
        var seen = new List<(string?, long)>();
        string? after = null;
        foreach (var fields in new[] { "path", "type", "path,secret", null })
        {
            Map.TryParse(fields, out var selection, out _).Should().BeTrue();
            KeysetQuery.TryCreate(order!, cursors, "", after, 1, out var query, out _).Should().BeTrue();
            var page = await connection.QueryPageAsync<FileRow>(
                Engines.Dialect(engine),
                query!,
                $"select {selection!.SelectList(order)} from files f where {{range}}",
                null,
                static (row, field) => field == "size" ? row.Size : row.Id
            );
            seen.Add((page.Items[0].Path, page.Items[0].Id));
            selection.Shows("secret").Should().Be(fields == "path,secret");
            after = page.Next;
        }

        after.Should().BeNull();
        seen.Should().Equal(("d", 4), (null, 2), ("c", 3), ("a", 1));
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task A_list_sorted_by_an_expression_reads_it_under_its_name(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, Schema);
        Sortable.TryParse("-pathLength,id", out var order, out _).Should().BeTrue();
        Map.TryParse("path", out var selection, out _).Should().BeTrue();
        KeysetQuery.TryCreate(order!, Cursors.Signed(1), "", null, 2, out var query, out _).Should().BeTrue();

        var page = await connection.QueryPageAsync<FileRow>(
            Engines.Dialect(engine),
            query!,
            $"select {selection!.SelectList(order)} from files f where {{range}}",
            null,
            static (row, field) => field == "id" ? row.Id : row.RawLength
        );

        page.Items.Select(static row => (row.Path, row.RawLength)).Should().Equal(("a", 1), ("b", 1));
    }

    private static Task<FileRow> FirstAsync(DbConnection connection, string? fields)
    {
        Map.TryParse(fields, out var selection, out var error).Should().BeTrue(error);
        return connection.QuerySingleAsync<FileRow>($"select {selection!.SelectList()} from files f where f.id = 1");
    }

    /// <summary>A constructor without parameters: Dapper calls one with parameters only when all columns are there.</summary>
    private sealed class FileRow
    {
        public long Id { get; init; }
        public string? Path { get; init; }
        public long Size { get; init; }
        public string? ContentType { get; init; }
        public long PathLength { get; init; }
        public long RawLength { get; init; }
        public string? Secret { get; init; }
    }
}
