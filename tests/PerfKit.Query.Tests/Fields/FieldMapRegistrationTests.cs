namespace PerfKit.Query.Tests.Fields;

public sealed class FieldMapRegistrationTests
{
    [Theory]
    [InlineData("f.id")]
    [InlineData("id")]
    [InlineData("public.files.id")]
    [InlineData("f.\"content type\"")]
    [InlineData("\"a \"\"b\"\"\"")]
    [InlineData("f.größe")]
    [InlineData(" f.id ")]
    [InlineData("length(f.path) as length")]
    [InlineData("f.id AS \"fileId\"")]
    [InlineData("cast(f.id as text) as id")]
    [InlineData("case when f.a then 'x as y' end\n    as state")]
    public void Add_takes_a_plain_column_or_an_expression_with_a_name(string columnSql)
    {
        new FieldMap().Add("it", columnSql).TryParse("it", out var selection, out _).Should().BeTrue();

        selection!.SelectList().Should().Be(columnSql.Trim());
    }

    [Theory]
    [InlineData("length(f.path)")]
    [InlineData("f.path length")]
    [InlineData("f.*")]
    [InlineData("*")]
    [InlineData("1")]
    [InlineData("f.a || f.b")]
    [InlineData("f.id, f.path")]
    [InlineData("cast(f.id as text)")]
    [InlineData("case when f.a then 'x as y' end")]
    [InlineData("f.path collate \"C\"")]
    [InlineData("f.path as")]
    [InlineData("as path")]
    [InlineData("f..path")]
    public void Add_of_an_expression_without_a_name_says_so(string columnSql)
    {
        var add = () => new FieldMap().Add("it", columnSql);

        add.Should().Throw<ArgumentException>().WithMessage($"*{columnSql.Replace("*", "?")}*'as'*");
    }

    [Theory]
    [InlineData("a,b")]
    [InlineData("-a")]
    [InlineData("a b")]
    [InlineData("größe")]
    [InlineData("'; drop table files")]
    [InlineData("n234567890123456789012345678901234567890123456789012345678901234")]
    public void Add_of_a_name_that_a_list_cannot_hold_is_refused(string name)
    {
        var add = () => new FieldMap().Add(name, "a");

        add.Should().Throw<ArgumentException>().WithMessage($"*{name}*");
    }

    [Fact]
    public void Add_of_a_name_twice_is_refused()
    {
        var map = new FieldMap().Add("path", "a");

        FluentActions
            .Invoking(() => map.Add("path", "b"))
            .Should()
            .Throw<ArgumentException>()
            .WithMessage("*'path'*before*");
        FluentActions.Invoking(() => map.AddLoaded("path", "a")).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData("s.id")]
    [InlineData("s.ID")]
    [InlineData("\"id\"")]
    [InlineData("s.number as Id")]
    public void Add_of_a_second_column_with_one_name_in_the_row_is_refused(string columnSql)
    {
        var map = new FieldMap().Add("id", "f.id");

        var add = () => map.Add("storageId", columnSql);

        add.Should().Throw<ArgumentException>().WithMessage($"*{columnSql}*f.id*'id'*as*");
    }

    [Fact]
    public void Two_fields_of_one_column_read_it_once()
    {
        var map = new FieldMap().Add("updatedAt", "f.updated_at").Add("modified", "f.updated_at");

        map.TryParse(null, out var selection, out _).Should().BeTrue();

        selection!.SelectList().Should().Be("f.updated_at");
    }

    [Fact]
    public void Two_names_of_one_expression_are_both_read()
    {
        var map = new FieldMap().Add("a", "length(f.path) as a").Add("b", "length(f.path) as b");

        map.TryParse("b", out var selection, out _).Should().BeTrue();

        selection!.SelectList().Should().Be("length(f.path) as b");
    }

    [Fact]
    public void AddKeysOf_finds_an_expression_by_its_text_and_refuses_one_without_a_name()
    {
        var sortable = new KeysetFields().Add<string>("folded", "lower(f.path)").UniqueBy<long>("id", " f.id ");

        var named = new FieldMap().Add("folded", "lower(f.path) as folded", byDefault: false).AddKeysOf(sortable);
        var nameless = () => new FieldMap().Add("path", "f.path").AddKeysOf(sortable);

        sortable.TryParse("folded", out var order, out _).Should().BeTrue();
        named.TryParse("folded", out var selection, out _).Should().BeTrue();
        selection!.SelectList(order).Should().Be("lower(f.path) as folded, f.id");
        nameless.Should().Throw<ArgumentException>().WithMessage("*lower(f.path)*'as'*");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(257)]
    public void Constructor_refuses_a_number_of_lists_out_of_range(int lists)
    {
        var create = () => new FieldMap(lists);

        create.Should().Throw<ArgumentOutOfRangeException>();
    }
}
