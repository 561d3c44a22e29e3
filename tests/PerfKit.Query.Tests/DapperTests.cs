using Dapper;
using Microsoft.Data.Sqlite;
using PerfKit.Query.Tests.Keyset;

namespace PerfKit.Query.Tests;

public sealed class DapperTests
{
    private const string Schema = """
        create table files (id bigint not null primary key, folder bigint not null, path text not null);
        insert into files values (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'b'), (4, 1, 'c'), (5, 3, 'd')
        """;

    private const string Paged = "select id, folder, path from files where folder = @folder and {range}";

    private static readonly KeysetFields Fields = new KeysetFields()
        .Add<string>("path", "path")
        .UniqueBy<long>("id", "id");

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task QueryPageAsync_walks_a_filtered_list(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, Schema);
        var cursors = Cursors.Signed(1);
        Fields.TryParse("-path", out var order, out _).Should().BeTrue();
        var paths = new List<string>();
        string? after = null;
        do
        {
            KeysetQuery.TryCreate(order!, cursors, "folder 1", after, 2, out var query, out _).Should().BeTrue();
            var page = await connection.QueryPageAsync<FileRow>(
                Engines.Dialect(engine),
                query!,
                Paged,
                new { folder = 1L },
                static (row, name) => name == "path" ? row.Path : row.Id
            );
            page.Items.Count.Should().BeLessThanOrEqualTo(2);
            paths.AddRange(page.Items.Select(static row => row.Path));
            after = page.Next;
        } while (after is not null);

        paths.Should().Equal("c", "b", "a");
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task CountPagedAsync_counts_the_filtered_list_and_stops_at_the_most(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, Schema);

        (await connection.CountPagedAsync(Paged, new { folder = 1L }, most: 100)).Should().Be(3);
        (await connection.CountPagedAsync(Paged, new { folder = 1L }, most: 2)).Should().Be(2);
        (await connection.CountPagedAsync(Paged, new { folder = 9L }, most: 2)).Should().Be(0);
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task QueryPageAsync_reads_in_the_given_transaction(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, Schema);
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("delete from files where id > 1", transaction: transaction);
        Fields.TryParse(null, out var order, out _).Should().BeTrue();
        KeysetQuery.TryCreate(order!, Cursors.Signed(1), "", null, 2, out var query, out _).Should().BeTrue();

        var page = await connection.QueryPageAsync<FileRow>(
            Engines.Dialect(engine),
            query!,
            "select id, folder, path from files where {range}",
            null,
            static (row, _) => row.Id,
            transaction
        );

        page.Items.Should().ContainSingle();
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task LoadByAsync_gives_one_row_a_key(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, Schema);

        var rows = await connection.LoadByAsync<long, FileRow>(
            Engines.Dialect(engine),
            "select id, folder, path from files where folder < @below and {keys}",
            "id",
            [5, 1, 3, 1, 99],
            static row => row.Id,
            new { below = 3L }
        );

        rows.ToDictionary(static r => r.Key, static r => r.Value.Path)
            .Should()
            .Equal(new Dictionary<long, string> { [1] = "a", [3] = "b" });
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task LoadManyByAsync_gives_a_list_for_every_key(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, Schema);

        var rows = await connection.LoadManyByAsync<long, FileRow>(
            Engines.Dialect(engine),
            "select id, folder, path from files where {keys} order by path desc",
            "folder",
            [1, 2, 99],
            static row => row.Folder
        );

        rows.Should().HaveCount(3);
        rows[1].Select(static r => r.Path).Should().Equal("c", "b", "a");
        rows[2].Select(static r => r.Path).Should().Equal("b");
        rows[99].Should().BeEmpty();
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task LoadByAsync_of_repeated_keys_in_no_order_finds_each_once(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, Schema);

        var rows = await connection.LoadByAsync<long, FileRow>(
            Engines.Dialect(engine),
            "select id, folder, path from files where {keys} and folder < @below",
            "id",
            [3, 99, 1, 3, 1],
            static row => row.Id,
            new { below = 100 }
        );

        rows.Keys.Should().BeEquivalentTo([1L, 3L]);
    }

    [Fact]
    public async Task LoadByAsync_of_one_statement_by_two_columns_keeps_them_apart()
    {
        await using var connection = await Engines.OpenAsync("sqlite", Schema);
        Task<IReadOnlyDictionary<long, FileRow>> Load(string column, Func<FileRow, long> keyOf) =>
            connection.LoadByAsync(
                new SqliteDialect(),
                "select id, folder, path from files where {keys}",
                column,
                [2],
                keyOf
            );

        (await Load("id", static row => row.Id)).Keys.Should().Equal(2);
        (await Load("folder", static row => row.Folder)).Values.Should().OnlyContain(static row => row.Folder == 2);
    }

    [Fact]
    public async Task LoadByAsync_of_two_rows_with_one_key_says_what_to_call()
    {
        await using var connection = await Engines.OpenAsync("sqlite", Schema);

        var load = () =>
            connection.LoadByAsync<long, FileRow>(
                new SqliteDialect(),
                "select id, folder, path from files where {keys}",
                "folder",
                [1],
                static row => row.Folder
            );

        await load.Should().ThrowAsync<InvalidOperationException>().WithMessage("*key '1'*LoadManyByAsync*");
    }

    [Fact]
    public async Task LoadByAsync_without_the_placeholder_says_so()
    {
        await using var connection = await Engines.OpenAsync("sqlite", Schema);

        var load = () =>
            connection.LoadByAsync<long, FileRow>(
                new SqliteDialect(),
                "select * from files",
                "id",
                [1],
                static r => r.Id
            );

        await load.Should().ThrowAsync<ArgumentException>().WithMessage("*no {keys}*");
    }

    [Fact]
    public async Task LoadByAsync_of_no_keys_does_not_touch_the_connection()
    {
        await using var closed = new SqliteConnection("Data Source=/missing/folder/data.db");

        var one = await closed.LoadByAsync<long, FileRow>(new SqliteDialect(), "{keys}", "id", [], static r => r.Id);
        var many = await closed.LoadManyByAsync<long, FileRow>(
            new SqliteDialect(),
            "{keys}",
            "id",
            [],
            static r => r.Id
        );

        one.Should().BeEmpty();
        many.Should().BeEmpty();
    }

    private sealed record FileRow(long Id, long Folder, string Path);
}
