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
    [InlineData("-path,id", "(f.path <= @k0 and (f.path < @k0 or f.id > @k1))")]
    [InlineData("-path,size", "(f.path <= @k0 and (f.path < @k0 or (f.size, f.id) > (@k1, @k2)))")]
    [InlineData("path,size,-id", "((f.path, f.size) >= (@k0, @k1) and ((f.path, f.size) > (@k0, @k1) or f.id < @k2))")]
    [InlineData(
        "path,-size,id",
        "(f.path >= @k0 and (f.path > @k0 or (f.size <= @k1 and (f.size < @k1 or f.id > @k2))))"
    )]
    public void Where_is_a_row_value_or_its_bounded_expansion(string sort, string where)
    {
        var order = Cursors.Order(sort);
        object[] values =
        [
            .. order.Columns.Select(c =>
                c.Name == "path" ? "a"
                : c.Name == "size" ? 1L
                : (object)Id
            ),
        ];

        KeysetQuery.TryCreate(order, Signed, "", Signed.Encode(order, "", values), 10, out var query, out _);

        query!.Where.Should().Be(where);
        query.Parameters.Select(p => p.Key).Should().Equal([.. values.Select((_, i) => $"k{i}"), "take"]);
        query.Parameters.Select(p => p.Value).Should().Equal([.. values, 11]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void TryCreate_without_a_cursor_asks_for_the_first_page(string? after)
    {
        KeysetQuery.TryCreate(Cursors.Order("-path"), Signed, "", after, 50, out var query, out _).Should().BeTrue();

        query!.Where.Should().Be("1=1");
        query.OrderBy.Should().Be("f.path desc, f.id desc");
        query.Take.Should().Be(51);
        query.Parameters.Should().ContainSingle().Which.Should().Be(new KeyValuePair<string, object>("take", 51));
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
        error.Should().StartWith("after is not a cursor of this list");
    }

    [Fact]
    public void ToPage_of_fewer_rows_than_taken_is_the_last_page()
    {
        KeysetQuery.TryCreate(Cursors.Order("id"), Signed, "", null, 2, out var query, out _);

        var page = query!.ToPage([Id, Id], static (row, _) => row);

        page.Items.Should().HaveCount(2);
        page.Next.Should().BeNull();
    }

    [Fact]
    public void ToPage_of_one_row_more_cuts_it_off_and_names_the_last_row_kept()
    {
        var order = Cursors.Order("size");
        KeysetQuery.TryCreate(order, Signed, "s", null, 2, out var query, out _);

        var page = query!.ToPage([1L, 2L, 3L], static (row, name) => name == "size" ? row : Id);

        page.Items.Should().Equal(1L, 2L);
        Signed.TryDecode(order, "s", page.Next!, out var values).Should().BeTrue();
        values.Should().Equal(2L, Id);
    }

    [Fact]
    public void ToPage_of_rows_without_a_limit_says_so()
    {
        KeysetQuery.TryCreate(Cursors.Order("id"), Signed, "", null, 2, out var query, out _);

        var page = () => query!.ToPage([Id, Id, Id, Id], static (row, _) => row);

        page.Should().Throw<ArgumentException>().WithMessage("*4 rows where 3*limit @take*");
    }
}
