using Dapper;

namespace PerfKit.Query.Tests.Search;

public sealed class SearchIndexTests
{
    public static TheoryData<string> Both => Engines.Both;

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Find_of_any_text_gives_what_reading_everything_gives(string engine)
    {
        await using var stand = await SearchStand.StartAsync(engine);
        var random = new Random(7);
        for (var id = 1; id <= 120; id++)
        {
            await stand.PutAsync(id, Naughty.Text(random), Naughty.Text(random), random.Next(2) == 0 ? "a" : "b");
        }

        var queries = Enumerable.Range(0, 150).Select(_ => Naughty.Text(random)).Concat(Naughty.Texts);
        var found = 0;
        foreach (var q in queries)
        {
            if (SearchQuery.TryParse(q, out _, out var error))
            {
                var all = await stand.AllAsync(q, owner: "a", limit: 7);
                all.Select(static h => h.Key).Should().BeEquivalentTo(stand.Expected(q, "a"), $"'{q}' asks for it");
                all.Should().BeInDescendingOrder(static h => h.Score);
                found += all.Count;
            }
            else
            {
                error.Should().StartWith("q ");
            }
        }

        found.Should().BeGreaterThan(500);
        (await stand.Connection.ExecuteScalarAsync<long>("select count(*) from docs")).Should().Be(120);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Put_and_Remove_in_any_order_leave_the_last_word(string engine)
    {
        await using var stand = await SearchStand.StartAsync(engine);
        var random = new Random(8);
        string[] texts = ["alpha", "beta", "gamma", "alpha beta"];
        for (var step = 0; step < 200; step++)
        {
            var id = random.Next(12);
            if (random.Next(2) == 0)
            {
                await stand.RemoveAsync(id);
            }
            else
            {
                await stand.PutAsync(id, $"doc{id}", texts[random.Next(texts.Length)]);
            }

            (await stand.AllAsync("alpha")).Select(static h => h.Key).Should().BeEquivalentTo(stand.Expected("alpha"));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Find_ranks_a_word_in_the_title_above_one_in_the_text(string engine)
    {
        await using var stand = await SearchStand.StartAsync(engine);
        await stand.PutAsync(1, "plan.md", "the deadlock of the budget, told at length");
        await stand.PutAsync(2, "docs/deadlock.md", "nothing about it here, at no length");
        await stand.PutAsync(3, "zoo.md", "lions");

        (await stand.AllAsync("deadlock")).Select(static h => h.Key).Should().Equal(2, 1);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Find_with_a_scope_gives_that_scope_alone_and_without_one_all(string engine)
    {
        await using var stand = await SearchStand.StartAsync(engine);
        await stand.PutAsync(1, "x", "alpha", "a");
        await stand.PutAsync(2, "x", "alpha", "b");
        await stand.PutAsync(3, "x", "alpha", owner: null);

        (await stand.AllAsync("alpha", "b")).Select(static h => h.Key).Should().Equal(2);
        (await stand.AllAsync("alpha")).Select(static h => h.Key).Should().BeEquivalentTo([1L, 2, 3]);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Find_beyond_1000_matches_pages_through_a_bounded_set_and_says_so(string engine)
    {
        await using var stand = await SearchStand.StartAsync(engine);
        for (var id = 1; id <= SearchQuery.MaxRanked; id++)
        {
            await stand.Index.PutAsync(stand.Connection, new SearchDocument<long>(id, "a", $"doc {id}", "alpha"));
        }

        (await stand.FindAsync("alpha")).IsPartial.Should().BeFalse();
        (await stand.AllAsync("alpha", limit: 300)).Should().HaveCount(1_000);

        await stand.PutAsync(1_001, "doc", "alpha");
        await stand.PutAsync(1_002, "alpha", "doc");
        (await stand.FindAsync("alpha")).IsPartial.Should().BeTrue();
        var all = await stand.AllAsync("alpha", limit: 300);
        all.Count.Should().BeInRange(1_000, 1_002);
        all.Select(static h => h.Key).Should().OnlyHaveUniqueItems();
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Put_in_a_transaction_that_is_rolled_back_leaves_no_entry(string engine)
    {
        await using var stand = await SearchStand.StartAsync(engine);
        await stand.PutAsync(1, "x", "alpha");
        await using (var transaction = await stand.Connection.BeginTransactionAsync())
        {
            await stand.Index.PutAsync(stand.Connection, new(1, "a", "x", "beta"), transaction);
            await stand.Index.PutAsync(stand.Connection, new(2, "a", "x", "beta"), transaction);
        }

        (await stand.AllAsync("alpha")).Should().ContainSingle();
        (await stand.AllAsync("beta")).Should().BeEmpty();
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Put_of_more_words_than_an_entry_holds_finds_the_first_and_fails_not(string engine)
    {
        await using var stand = await SearchStand.StartAsync(engine);
        var words = string.Join(' ', Enumerable.Range(0, 300_000).Select(static i => $"t{i:x}"));
        var title = string.Join(' ', Enumerable.Range(0, 20_000).Select(static i => $"n{i:x}"));
        await stand.Index.PutAsync(stand.Connection, new(1, "a", title, words));

        (await stand.AllAsync("n1 t0 tfff0")).Should().ContainSingle();
        (await stand.AllAsync("t493df")).Should().BeEmpty();
        (await stand.AllAsync("n4e1f")).Should().BeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("Docs")]
    [InlineData("docs; drop table docs")]
    [InlineData("1docs")]
    [InlineData("docs-search")]
    public void Constructor_with_a_name_that_is_no_name_says_which_are(string name)
    {
        var create = () => new SqliteSearchIndex<long>(name, "select 1");
        create.Should().Throw<ArgumentException>().WithMessage($"The index name '{name}' is not*");
    }
}
