namespace PerfKit.Query.Tests.Fields;

public sealed class FieldPermissionTests
{
    private static readonly KeysetFields Sortable = new KeysetFields()
        .Add<long>("salary", "p.salary")
        .Add<string>("name", "p.name")
        .UniqueBy<long>("id", "p.id");

    private static readonly FieldMap Map = new FieldMap()
        .Add("id", "p.id")
        .Add("name", "p.name")
        .Add("salary", "p.salary")
        .AddLoaded("reviews", "p.id")
        .AddKeysOf(Sortable);

    private static readonly Func<string, bool> Public = static field => field is "id" or "name";

    [Theory]
    [InlineData("{0}")]
    [InlineData("name,{0}")]
    [InlineData("{0},{0}")]
    [InlineData("{0},nothing")]
    public void A_field_that_is_not_allowed_answers_as_one_that_does_not_exist(string fields)
    {
        Map.TryParse(string.Format(null, fields, "salary"), Public, out var hidden, out var salary).Should().BeFalse();
        Map.TryParse(string.Format(null, fields, "wisdom"), Public, out _, out var wisdom).Should().BeFalse();
        Map.TryParse(string.Format(null, fields, "reviews"), Public, out _, out var reviews).Should().BeFalse();

        hidden.Should().BeNull();
        salary.Should().Be(wisdom!.Replace("wisdom", "salary"));
        reviews.Should().Be(wisdom!.Replace("wisdom", "reviews"));
        salary.Should().EndWith("known are id, name.");
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("-{0}")]
    [InlineData("name,-{0}")]
    [InlineData("{0},{0}")]
    [InlineData("id,{0}")]
    public void A_sort_by_a_field_that_is_not_allowed_answers_as_one_that_does_not_exist(string sort)
    {
        Sortable
            .TryParse(string.Format(null, sort, "salary"), Public, out var order, out var salary)
            .Should()
            .BeFalse();
        Sortable.TryParse(string.Format(null, sort, "wisdom"), Public, out _, out var wisdom).Should().BeFalse();

        order.Should().BeNull();
        salary.Should().Be(wisdom!.Replace("wisdom", "salary"));
        salary.Should().EndWith("known are name, id.");
    }

    [Fact]
    public void A_field_that_is_not_allowed_is_left_out_where_none_are_named()
    {
        Map.TryParse(null, Public, out var selection, out _).Should().BeTrue();

        selection!.ToString().Should().Be("id,name");
        selection.Shows("salary").Should().BeFalse();
        selection.SelectList().Should().Be("p.id, p.name");
        Map.TryParse(null, out var all, out _).Should().BeTrue();
        all!.ToString().Should().Be("id,name,salary", "one caller's permissions are not another's");
    }

    [Fact]
    public void The_program_is_asked_for_names_of_its_own_only()
    {
        var asked = new List<string>();

        foreach (var text in new[] { null, "name", "NAME", "id;drop", "wisdom,salary", "salary,\0" })
        {
            Map.TryParse(text, Ask, out _, out _);
            Sortable.TryParse(text, Ask, out _, out _);
        }

        asked.Distinct().Should().BeSubsetOf(["id", "name", "salary", "reviews"]);

        bool Ask(string name)
        {
            asked.Add(name);
            return true;
        }
    }

    [Fact]
    public void A_caller_who_may_see_nothing_still_counts_rows()
    {
        Map.TryParse(null, static _ => false, out var selection, out _).Should().BeTrue();

        selection!.ToString().Should().BeEmpty();
        selection.SelectList().Should().Be("p.id");
    }

    [Fact]
    public void A_cursor_of_a_sort_does_not_survive_the_loss_of_its_field()
    {
        var cursors = Keyset.Cursors.Signed(1);
        Sortable.TryParse("salary", out var order, out _).Should().BeTrue();
        var cursor = cursors.Encode(order!, "", new KeysetPosition([5_000L, 1L]));

        Sortable.TryParse("name", Public, out var other, out _).Should().BeTrue();

        Sortable.TryParse("salary", Public, out _, out _).Should().BeFalse();
        KeysetQuery.TryCreate(other!, cursors, "", cursor, 10, out _, out _).Should().BeFalse();
    }
}
