namespace PerfKit.Query.Tests.Fields;

/// <summary>How many different column lists there can be, and what is read beyond them.</summary>
public sealed class SelectListsTests
{
    [Fact]
    public void Lists_beyond_the_maximum_are_the_smallest_known_that_has_the_columns()
    {
        var map = MapOf(maxLists: 5);

        List(map, "a,b,c").Should().Be("t.a, t.b, t.c");
        List(map, "b,c").Should().Be("t.b, t.c");
        List(map, "d").Should().Be("t.d");

        List(map, "a,c").Should().Be("t.a, t.b, t.c");
        List(map, "c").Should().Be("t.b, t.c");
        List(map, "c,b,a").Should().Be("t.a, t.b, t.c");
        List(map, "e").Should().Be("t.a, t.b, t.c, t.d, t.e, t.f");
        List(map, "f,d").Should().Be("t.a, t.b, t.c, t.d, t.e, t.f");
        List(map, "b").Should().Be("t.b, t.c");
    }

    [Fact]
    public void A_dear_column_is_not_read_for_who_asked_for_none()
    {
        var map = MapOf(maxLists: 4).Add("text", "t.text", byDefault: false).Add("raw", "t.raw", byDefault: false);

        List(map, "a,text").Should().Be("t.a, t.text");
        List(map, "b,text").Should().Be("t.b, t.text");

        List(map, "a").Should().Be("t.a, t.b, t.c, t.d, t.e, t.f");
        List(map, "text").Should().Be("t.a, t.text");
        List(map, "raw").Should().Be("t.a, t.b, t.c, t.d, t.e, t.f, t.text, t.raw");
        List(map, "b").Should().Be("t.a, t.b, t.c, t.d, t.e, t.f");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(32)]
    [InlineData(256)]
    public void There_are_never_more_lists_than_the_maximum(int maxLists)
    {
        var map = MapOf(maxLists).Add("text", "t.text", byDefault: false).Add("raw", "t.raw", byDefault: false);
        string[] names = ["a", "b", "c", "d", "e", "f", "text", "raw"];

        var lists = Enumerable
            .Range(1, 255)
            .Select(set => List(map, string.Join(',', names.Where((_, i) => (set >> i & 1) != 0))))
            .ToHashSet();

        lists.Count.Should().Be(Math.Min(maxLists, 255));
    }

    [Fact]
    public async Task Threads_that_ask_together_get_no_more_lists_and_one_string_each()
    {
        string[] names = ["a", "b", "c", "d", "e", "f"];
        var sets = Enumerable
            .Range(1, 63)
            .Select(set => string.Join(',', names.Where((_, i) => (set >> i & 1) != 0)))
            .ToList();
        var maps = Enumerable.Range(0, 500).Select(static _ => MapOf(maxLists: 16)).ToList();
        using var start = new Barrier(4);

        var found = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ => Task.Factory.StartNew(() => maps.ConvertAll(Ask), TaskCreationOptions.LongRunning))
        );

        for (var i = 0; i < maps.Count; i++)
        {
            var strings = found.SelectMany(lists => lists[i]).ToHashSet<object>(ReferenceEqualityComparer.Instance);
            strings.Count.Should().BeLessThanOrEqualTo(16);
            strings.Cast<string>().Should().OnlyHaveUniqueItems();
        }

        List<string> Ask(FieldMap map)
        {
            start.SignalAndWait();
            return sets.ConvertAll(set => List(map, set));
        }
    }

    private static FieldMap MapOf(int maxLists) =>
        new FieldMap(maxLists)
            .Add("a", "t.a")
            .Add("b", "t.b")
            .Add("c", "t.c")
            .Add("d", "t.d")
            .Add("e", "t.e")
            .Add("f", "t.f");

    private static string List(FieldMap map, string fields) =>
        map.TryParse(fields, out var selection, out var error)
            ? selection.SelectList()
            : throw new InvalidOperationException(error);
}
