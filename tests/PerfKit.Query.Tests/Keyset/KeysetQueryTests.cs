namespace PerfKit.Query.Tests.Keyset;

public sealed class KeysetQueryTests
{
    private static readonly KeysetCursors Signed = Cursors.Signed(1);
    private static readonly Guid Id = Guid.Parse("01234567-89ab-cdef-0123-456789abcdef");

    [Theory]
    [InlineData("id", "f.id > @k0")]
    [InlineData("-id", "f.id < @k0")]
    [InlineData("path", "(f.path, f.id) > (@k0, @k1)")]
    [InlineData("-path,-size", "(f.path, f.size, f.id) < (@k0, @k1, @k2)")]
    [InlineData("-path,id", "f.path <= @k0 and case when f.path = @k0 then f.id > @k1 else true end")]
    [InlineData(
        "-path,size",
        "f.path <= @k0 and case when f.path = @k0 then (f.size, f.id) > (@k1, @k2) else true end"
    )]
    [InlineData(
        "path,size,-id",
        "(f.path, f.size) >= (@k0, @k1) and case when (f.path, f.size) = (@k0, @k1) then f.id < @k2 else true end"
    )]
    [InlineData(
        "path,-size,id",
        "f.path >= @k0 and case when f.path = @k0 then (f.size <= @k1 and case when f.size = @k1 then f.id > @k2 else true end) else true end"
    )]
    public async Task A_range_is_a_row_value_or_its_bounded_expansion(string sort, string where)
    {
        var order = Cursors.Order(sort);
        var values = Values(order);

        var range = (await Cursors.RangesAsync(order, new KeysetPosition(values), new SqliteDialect(), 10)).Single();

        range.Where.Should().Be(where);
        range.Take.Should().Be(11);
        range.Parameters.Select(p => p.Key).Should().Equal([.. values.Select((_, i) => $"k{i}"), "take"]);
        range.Parameters.Select(p => p.Value).Should().Equal([.. values, 11]);
    }

    [Fact]
    public async Task Ranges_before_a_row_have_every_direction_turned()
    {
        var order = Cursors.Order("-path,size");
        var position = new KeysetPosition(Values(order), Backward: true);

        var range = (await Cursors.RangesAsync(order, position, new SqliteDialect())).Single();

        range
            .Where.Should()
            .Be("f.path >= @k0 and case when f.path = @k0 then (f.size, f.id) < (@k1, @k2) else true end");
        range.OrderBy.Should().Be("f.path, f.size desc, f.id desc");
    }

    [Fact]
    public async Task A_run_that_a_whole_page_shared_is_sought_by_equality_and_then_passed()
    {
        var order = Cursors.Order("path,-size,id");
        var position = new KeysetPosition(Values(order), Shared: 1);

        var ranges = await Cursors.RangesAsync(order, position, new SqliteDialect());

        ranges
            .Select(static r => r.Where)
            .Should()
            .Equal(
                "f.path = @k0 and f.size <= @k1 and case when f.size = @k1 then f.id > @k2 else true end",
                "f.path > @k0"
            );
        ranges[1].Parameters.Select(static p => p.Key).Should().Equal("k0", "take");
    }

    [Theory]
    [InlineData("note", KeysetNulls.Last, "a", "(f.note, f.id) > (@k0, @k1); f.note is null")]
    [InlineData("note", KeysetNulls.First, "a", "(f.note, f.id) > (@k0, @k1)")]
    [InlineData("note", KeysetNulls.Last, null, "f.note is null and f.id > @k1")]
    [InlineData("note", KeysetNulls.First, null, "f.note is null and f.id > @k1; f.note is not null")]
    [InlineData("-note", KeysetNulls.Highest, null, "f.note is null and f.id < @k1; f.note is not null")]
    [InlineData("-note", KeysetNulls.Lowest, null, "f.note is null and f.id < @k1")]
    public async Task Nulls_are_a_range_of_their_own(string sort, KeysetNulls nulls, string? note, string where)
    {
        var fields = new KeysetFields().Add<string>("note", "f.note", nulls).UniqueBy<Guid>("id", "f.id");
        fields.TryParse(sort, out var order, out _).Should().BeTrue();

        var ranges = await Cursors.RangesAsync(order!, new KeysetPosition([note, Id]), new PostgreSqlDialect());

        string.Join("; ", ranges.Select(static r => r.Where)).Should().Be(where);
    }

    [Fact]
    public async Task Null_order_that_SQLite_cannot_index_has_a_column_before_the_second_one()
    {
        var fields = new KeysetFields().Add<int>("kind", "f.kind").Add<string>("note", "f.note", KeysetNulls.Last);
        fields.UniqueBy<Guid>("id", "f.id").TryParse("kind,note", out var order, out _).Should().BeTrue();
        var position = new KeysetPosition([1, "a", Id], Shared: 1);

        var sqlite = await Cursors.RangesAsync(order!, position, new SqliteDialect());
        var postgres = await Cursors.RangesAsync(order!, position, new PostgreSqlDialect());

        sqlite
            .Select(static r => $"{r.Where} | {r.OrderBy}")
            .Should()
            .Equal(
                "f.kind = @k0 and (f.note is null) = 0 and (f.note, f.id) > (@k1, @k2) | f.kind, f.note, f.id",
                "f.kind = @k0 and (f.note is null) = 1 and f.note is null | f.kind, f.note, f.id",
                "f.kind > @k0 | f.kind, (f.note is null), f.note, f.id"
            );
        postgres[0].Where.Should().Be("f.kind = @k0 and (f.note, f.id) > (@k1, @k2)");
        postgres[0].OrderBy.Should().Be("f.kind, f.note nulls last, f.id");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(KeysetQuery.First)]
    public async Task ReadAsync_without_a_position_reads_the_first_page(string? cursor)
    {
        var (range, page) = await ReadAsync("-path", cursor, 50, ["a"]);

        range.Where.Should().Be("1=1");
        range.OrderBy.Should().Be("f.path desc, f.id desc");
        range.Parameters.Should().ContainSingle().Which.Should().Be(new KeyValuePair<string, object>("take", 51));
        page.Should().BeEquivalentTo(new KeysetPage<string>(["a"], null));
    }

    [Fact]
    public async Task ReadAsync_of_last_reads_the_last_page_and_turns_it_round()
    {
        var (range, page) = await ReadAsync("-path", KeysetQuery.Last, 2, ["a", "b", "c"]);

        range.OrderBy.Should().Be("f.path, f.id");
        page.Items.Should().Equal("b", "a");
        page.Next.Should().BeNull();
        Signed.TryDecode(Cursors.Order("-path"), "s", page.Previous!, out var position).Should().BeTrue();
        position.Should().BeEquivalentTo(new KeysetPosition(["b", Id], Backward: true));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1001)]
    [InlineData(1_000_000_000)]
    [InlineData(int.MinValue)]
    public void TryCreate_with_a_limit_out_of_range_names_it(int limit)
    {
        var created = KeysetQuery.TryCreate(Cursors.Order("id"), Signed, "", null, limit, out var query, out var error);

        created.Should().BeFalse();
        query.Should().BeNull();
        error.Should().Be($"limit is {limit}; it must be 1 to 1000.");
    }

    [Fact]
    public void TryCreate_with_a_foreign_cursor_names_the_parameter()
    {
        var created = KeysetQuery.TryCreate(Cursors.Order("id"), Signed, "", "abc", 10, out _, out var error);

        created.Should().BeFalse();
        error.Should().StartWith("The cursor is not one of this list");
    }

    [Fact]
    public async Task ReadAsync_of_fewer_rows_than_asked_for_is_the_last_page()
    {
        var (_, page) = await ReadAsync("path", null, 2, ["a", "b"]);

        page.Should().BeEquivalentTo(new KeysetPage<string>(["a", "b"], null));
    }

    [Fact]
    public async Task ReadAsync_of_one_row_more_cuts_it_off_and_names_the_last_row_kept()
    {
        var (_, page) = await ReadAsync("path", null, 2, ["a", "a", "c"]);

        page.Items.Should().Equal("a", "a");
        Signed.TryDecode(Cursors.Order("path"), "s", page.Next!, out var position).Should().BeTrue();
        position.Should().BeEquivalentTo(new KeysetPosition(["a", Id], Backward: false, Shared: 2));
    }

    [Fact]
    public async Task ReadAsync_where_all_rows_behind_the_cursor_are_gone_leads_back()
    {
        var order = Cursors.Order("path");
        var forward = Signed.Encode(order, "s", ["b", Id]);
        var backward = Signed.Encode(order, "s", new KeysetPosition(["b", Id], Backward: true));

        (await ReadAsync("path", forward, 2, []))
            .Page.Should()
            .BeEquivalentTo(new KeysetPage<string>([], null, "last"));
        (await ReadAsync("path", backward, 2, [])).Page.Should().BeEquivalentTo(new KeysetPage<string>([], "first"));
        (await ReadAsync("path", null, 2, [])).Page.Should().BeEquivalentTo(new KeysetPage<string>([], null));
    }

    [Fact]
    public async Task ReadAsync_of_rows_without_a_limit_says_so()
    {
        var read = () => ReadAsync("path", null, 2, ["a", "b", "c", "d"]);

        await read.Should().ThrowAsync<ArgumentException>().WithMessage("*4 rows where 3*limit @take*");
    }

    [Theory]
    [InlineData(49, "limit @take")]
    [InlineData(50, "limit 51")]
    [InlineData(1000, "limit 1001")]
    public async Task Complete_writes_the_usual_limits_into_the_text_for_the_sake_of_the_plan(int limit, string end)
    {
        var (range, _) = await ReadAsync("path", null, limit, []);

        range.Complete("{range}").Should().EndWith(end);
    }

    [Fact]
    public async Task Complete_without_the_placeholder_says_so()
    {
        var (range, _) = await ReadAsync("path", null, 2, []);

        range.Complete("select 1 where {range}").Should().Be("select 1 where 1=1 order by f.path, f.id limit @take");
        var complete = () => range.Complete("select 1");
        complete.Should().Throw<ArgumentException>().WithMessage("*no {range}*");
    }

    private static object[] Values(KeysetOrder order) =>
        [
            .. order.Columns.Select(static c =>
                c.Name == "path" ? "a"
                : c.Name == "size" ? 1L
                : (object)Id
            ),
        ];

    private static async Task<(KeysetRange Range, KeysetPage<string> Page)> ReadAsync(
        string sort,
        string? cursor,
        int limit,
        string[] paths
    )
    {
        KeysetRange? fetched = null;
        KeysetQuery.TryCreate(Cursors.Order(sort), Signed, "s", cursor, limit, out var query, out _).Should().BeTrue();
        var page = await query!.ReadAsync<string>(
            new SqliteDialect(),
            (range, _) =>
            {
                fetched = range;
                return Task.FromResult<IReadOnlyList<string>>(paths);
            },
            static (path, name) => name == "path" ? path : Id
        );
        return (fetched!, page);
    }
}
