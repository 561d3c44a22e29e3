using System.Text;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Fields;

public sealed class FieldMapTests
{
    private static readonly KeysetFields Sortable = new KeysetFields()
        .Add<string>("path", "f.path")
        .Add<int>("rank", "f.rank")
        .UniqueBy<Guid>("id", "f.id");

    private static readonly FieldMap Map = new FieldMap()
        .Add("id", "f.id")
        .Add("path", "f.path")
        .Add("size", "f.size")
        .Add("text", "substr(f.text, 1, 100) as text", byDefault: false)
        .AddLoaded("storages", "f.id", "f.folder")
        .AddKeysOf(Sortable);

    [Theory]
    [InlineData(null, "id,path,size", "f.id, f.path, f.size")]
    [InlineData("", "id,path,size", "f.id, f.path, f.size")]
    [InlineData("size", "size", "f.size")]
    [InlineData("size,id", "id,size", "f.id, f.size")]
    [InlineData("id,size", "id,size", "f.id, f.size")]
    [InlineData("text,path", "path,text", "f.path, substr(f.text, 1, 100) as text")]
    [InlineData("storages", "storages", "f.id, f.folder")]
    public void TryParse_of_known_fields_shows_just_them_and_reads_their_columns(
        string? fields,
        string canonical,
        string list
    )
    {
        Map.TryParse(fields, out var selection, out var error).Should().BeTrue();

        error.Should().BeNull();
        selection!.ToString().Should().Be(canonical);
        selection.SelectList().Should().Be(list);
    }

    [Theory]
    [InlineData("owner", "fields names the unknown field 'owner'; known are id, path, size, text, storages.")]
    [InlineData("PATH", "fields names the unknown field 'PATH'; known are id, path, size, text, storages.")]
    [InlineData("rank", "fields names the unknown field 'rank'; known are id, path, size, text, storages.")]
    [InlineData("f.path", "fields names the unknown field 'f.path'; known are id, path, size, text, storages.")]
    [InlineData("path size", "fields names the unknown field 'path size'; known are id, path, size, text, storages.")]
    [InlineData("id, path", "fields names the unknown field ' path'; known are id, path, size, text, storages.")]
    [InlineData("-id", "fields names the unknown field '-id'; known are id, path, size, text, storages.")]
    [InlineData("*", "fields names the unknown field '*'; known are id, path, size, text, storages.")]
    [InlineData("id,path,id", "fields repeats 'id': name a field once.")]
    [InlineData("id,", "fields has no field name at position 2: part names by single commas.")]
    [InlineData(",id", "fields has no field name at position 1: part names by single commas.")]
    [InlineData("id,,path", "fields has no field name at position 2: part names by single commas.")]
    public void TryParse_of_bad_fields_says_what_is_wrong(string fields, string sentence)
    {
        Map.TryParse(fields, out var selection, out var error).Should().BeFalse();

        selection.Should().BeNull();
        error.Should().Be(sentence);
    }

    public static TheoryData<string> Naughty =>
        [
            " ",
            "\t",
            "\0",
            "id\0",
            "id\n",
            "id\u2028size",
            "\ud800",
            "id\udc00",
            "ıd",
            "ｉｄ",
            "i\u0301d",
            "id\u200b",
            "\u202eid",
            "\ufeffid",
            "İd",
            "ѕize",
            "id;drop table files",
            "id--",
            "id/*",
            "f.id, f.secret",
            "(select 1)",
            "id'",
            "\"id\"",
            "id%00",
            "id%2Cpath",
            "1",
            "null",
            "id as path",
            new('x', 1_000_000),
            new(',', 1_000_000),
            new(',', 4096),
            string.Concat(Enumerable.Repeat("id,", 5_000)),
            string.Concat(Enumerable.Repeat("😀", 2_000)),
            "a" + string.Concat(Enumerable.Repeat("😀", 40)),
        ];

    [Theory]
    [MemberData(nameof(Naughty))]
    public void TryParse_of_any_other_text_is_refused_in_one_short_sentence_of_plain_text(string fields)
    {
        Map.TryParse(fields, out var selection, out var error).Should().BeFalse();

        selection.Should().BeNull();
        error!.Length.Should().BeLessThan(200);
        error.Should().StartWith("fields ").And.EndWith(".");
        error.Any(char.IsControl).Should().BeFalse();
        error.Should().NotContainAny("\u2028", "\u202e", "\u200b", "\ufeff");
        new UTF8Encoding(false, throwOnInvalidBytes: true)
            .GetByteCount(error)
            .Should()
            .BePositive("it has no half pairs");
    }

    [Fact]
    public void TryParse_of_a_text_that_is_too_long_says_so_and_looks_no_further()
    {
        var read = new string('x', FieldMap.MaxLength);

        Map.TryParse(read, out _, out var name).Should().BeFalse();
        Map.TryParse(read + "x", out _, out var length).Should().BeFalse();

        name.Should().StartWith("fields names the unknown field 'xxxx");
        length.Should().Be("fields has 4097 characters; at most 4096 are read.");
    }

    [Fact]
    public void TryParse_of_all_fields_of_the_largest_map_is_not_too_long()
    {
        var names = Enumerable.Range(0, FieldMap.MaxFields).Select(i => $"{i:00}{new string('x', 61)}").ToList();
        var map = names.Aggregate(new FieldMap(), (map, name) => map.Add(name, "c" + name));

        map.TryParse(string.Join(',', names), out var selection, out _).Should().BeTrue();

        selection!.SelectList().Should().Be(string.Join(", ", names.Select(static name => "c" + name)));
        var add = () => map.Add("more", "more");
        add.Should().Throw<InvalidOperationException>().WithMessage("*at most 64*'more'*");
    }

    [Fact]
    public void SelectList_for_an_order_reads_its_keys_and_shows_them_not()
    {
        Sortable.TryParse("-rank,path", out var order, out _).Should().BeTrue();
        Map.TryParse("size", out var selection, out _).Should().BeTrue();

        selection!.SelectList(order).Should().Be("f.id, f.path, f.size, f.rank");

        selection.ToString().Should().Be("size");
        selection.Shows("path").Should().BeFalse();
    }

    [Fact]
    public void SelectList_for_an_order_of_another_list_says_what_is_missing()
    {
        new KeysetFields().UniqueBy<long>("number", "f.number").TryParse(null, out var order, out _).Should().BeTrue();
        Map.TryParse(null, out var selection, out _).Should().BeTrue();

        var list = () => selection!.SelectList(order);

        list.Should().Throw<ArgumentException>().WithMessage("*'number'*f.number*AddKeysOf*");
    }

    [Fact]
    public void Shows_of_a_name_that_the_map_has_not_is_a_bug_of_the_program()
    {
        Map.TryParse(null, out var selection, out _).Should().BeTrue();

        var shows = () => selection!.Shows("sise");

        shows.Should().Throw<ArgumentException>().WithMessage("*'sise'*");
    }

    [Fact]
    public void SelectList_of_a_map_without_columns_is_a_bug_of_the_program()
    {
        new FieldMap().AddLoaded("storages").TryParse("storages", out var selection, out _).Should().BeTrue();

        var list = () => selection!.SelectList();

        list.Should().Throw<InvalidOperationException>().WithMessage("*Add*");
    }

    [Fact]
    public void TryParse_and_SelectList_of_a_set_seen_before_allocate_the_selection_alone()
    {
        Sortable.TryParse("-rank,path", out var order, out _).Should().BeTrue();

        Allocated.Least(() => _ = Map.TryParse("path,size,id", out _, out _)).Should().BeLessThanOrEqualTo(48);
        Allocated.Least(() => _ = Map.TryParse(null, out _, out _)).Should().Be(0);
        Map.TryParse("path,size,id", out var selection, out _).Should().BeTrue();
        Allocated.Least(() => selection!.SelectList(order)).Should().Be(0);
        Allocated.Least(() => selection!.Shows("size")).Should().Be(0);
    }
}
