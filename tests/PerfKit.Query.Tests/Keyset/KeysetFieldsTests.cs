namespace PerfKit.Query.Tests.Keyset;

public sealed class KeysetFieldsTests
{
    private static readonly KeysetFields Fields = new KeysetFields()
        .Add<string>("path", "f.path")
        .Add<long>("size", "f.size")
        .Add<DateTimeOffset>("updatedAt", "f.updated_at")
        .Add<bool>("hidden", "f.hidden")
        .UniqueBy<Guid>("id", "f.id");

    [Theory]
    [InlineData(null, "id", "f.id")]
    [InlineData("", "id", "f.id")]
    [InlineData("path", "path,id", "f.path, f.id")]
    [InlineData("-updatedAt", "-updatedAt,-id", "f.updated_at desc, f.id desc")]
    [InlineData("-updatedAt,path", "-updatedAt,path,id", "f.updated_at desc, f.path, f.id")]
    [InlineData("-id", "-id", "f.id desc")]
    [InlineData("size,-id,path", "size,-id", "f.size, f.id desc")]
    [InlineData("path,size,hidden,id", "path,size,hidden,id", "f.path, f.size, f.hidden, f.id")]
    public async Task TryParse_of_a_known_sort_ends_the_order_in_the_unique_field(
        string? sort,
        string canonical,
        string orderBy
    )
    {
        Fields.TryParse(sort, out var order, out var error).Should().BeTrue();

        order!.Sort.Should().Be(canonical);
        (await Cursors.RangesAsync(order, null, new SqliteDialect())).Single().OrderBy.Should().Be(orderBy);
        error.Should().BeNull();
    }

    [Theory]
    [InlineData("owner", "sort names the unknown field 'owner'; known are path, size, updatedAt, hidden, id.")]
    [InlineData("PATH", "sort names the unknown field 'PATH'; known are path, size, updatedAt, hidden, id.")]
    [InlineData("--path", "sort names the unknown field '-path'; known are path, size, updatedAt, hidden, id.")]
    [InlineData("f.path", "sort names the unknown field 'f.path'; known are path, size, updatedAt, hidden, id.")]
    [InlineData("path,size,-path", "sort names the field 'path' twice.")]
    [InlineData("id,id", "sort names the field 'id' twice.")]
    [InlineData("path,", "sort has no field name at position 2: part names by single commas.")]
    [InlineData(",", "sort has no field name at position 1: part names by single commas.")]
    [InlineData("-", "sort has no field name at position 1: part names by single commas.")]
    [InlineData("path,size,updatedAt,hidden", "sort names more than 3 fields.")]
    public void TryParse_of_a_bad_sort_says_what_is_wrong(string sort, string sentence)
    {
        Fields.TryParse(sort, out var order, out var error).Should().BeFalse();

        order.Should().BeNull();
        error.Should().Be(sentence);
    }

    [Fact]
    public void TryParse_of_a_huge_name_quotes_only_its_beginning()
    {
        Fields.TryParse(new string('x', 1_000_000), out _, out var error).Should().BeFalse();

        error!.Length.Should().BeLessThan(200);
    }

    [Fact]
    public void TryParse_of_a_canonical_sort_gives_the_same_order()
    {
        Fields.TryParse("-updatedAt,size", out var order, out _).Should().BeTrue();

        Fields.TryParse(order!.Sort, out var again, out _).Should().BeTrue();

        again!.Columns.Should().Equal(order.Columns);
    }

    [Fact]
    public void TryParse_without_a_unique_field_is_a_bug_of_the_program()
    {
        var parse = () => new KeysetFields().Add<string>("path", "path").TryParse("path", out _, out _);

        parse.Should().Throw<InvalidOperationException>().WithMessage("*UniqueBy*");
    }

    [Fact]
    public void Add_of_a_type_without_an_order_names_field_and_type()
    {
        var add = () => new KeysetFields().Add<TimeSpan>("length", "length");

        add.Should().Throw<ArgumentException>().WithMessage("*'length'*System.TimeSpan*Guid*");
    }

    [Theory]
    [InlineData("a,b")]
    [InlineData("-a")]
    [InlineData("a b")]
    [InlineData("'; drop table files")]
    public void Add_of_a_name_that_a_sort_cannot_hold_is_refused(string name)
    {
        var add = () => new KeysetFields().Add<string>(name, "a");

        add.Should().Throw<ArgumentException>().WithMessage($"*{name}*");
    }

    [Fact]
    public void Add_of_a_name_twice_is_refused()
    {
        var add = () => new KeysetFields().Add<string>("path", "a").Add<string>("path", "b");

        add.Should().Throw<ArgumentException>().WithMessage("*'path'*before*");
    }

    [Theory]
    [InlineData(null, "id")]
    [InlineData("size", "size,id")]
    [InlineData("size,-path", "size,-path")]
    [InlineData("path,size", "path")]
    public void TryParse_with_two_unique_fields_ends_in_whichever_the_sort_names(string? sort, string canonical)
    {
        var fields = new KeysetFields()
            .Add<long>("size", "size")
            .UniqueBy<Guid>("id", "id")
            .UniqueBy<string>("path", "path");

        fields.TryParse(sort, out var order, out _).Should().BeTrue();

        order!.Sort.Should().Be(canonical);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Constructor_refuses_a_field_count_out_of_range(int count)
    {
        var create = () => new KeysetFields(count);

        create.Should().Throw<ArgumentOutOfRangeException>();
    }
}
