using FileService.Rollout;

namespace FileService.Tests.Rollout;

public sealed class ShadowBudgetTests
{
    [Fact]
    public async Task TryEnter_without_a_share_is_refused()
    {
        await using var stand = new ShadowStand();

        stand.Budget.TryEnter(Operation.Load).Should().BeFalse();
        stand.Budget.TryEnter(Operation.Sync).Should().BeFalse();
    }

    [Fact]
    public async Task TryEnter_admits_the_budget_of_a_second_and_again_in_the_next()
    {
        await using var stand = new ShadowStand(
            ("Shadow:Search:Share", "1"),
            ("Shadow:BudgetPerSecond", "3"),
            ("Shadow:MaxConcurrent", "16")
        );

        Enter(stand, 10).Should().Be(3);
        stand.Clock.Advance(TimeSpan.FromSeconds(1));
        Enter(stand, 10).Should().Be(3);
    }

    [Fact]
    public async Task TryEnter_while_enough_are_under_way_is_refused_until_one_leaves()
    {
        await using var stand = new ShadowStand(("Shadow:Search:Share", "1"), ("Shadow:MaxConcurrent", "2"));

        Enter(stand, 5).Should().Be(2);
        stand.Budget.Leave();
        Enter(stand, 5).Should().Be(1);
    }

    [Fact]
    public async Task Settings_that_change_are_used_and_a_change_that_does_not_hold_is_not()
    {
        await using var stand = new ShadowStand(("Shadow:Load:Share", "0.25"));

        stand.Configuration["Shadow:Load:Share"] = "0.5";
        stand.Configuration.Reload();
        stand.Settings.Load.Share.Should().Be(0.5);

        stand.Configuration["Shadow:Load:Share"] = "7";
        stand.Configuration.Reload();
        stand.Settings.Load.Share.Should().Be(0.5);

        stand.Configuration["Shadow:Load:Share"] = "many";
        stand.Configuration.Reload();
        stand.Settings.Load.Share.Should().Be(0.5);
    }

    [Theory]
    [InlineData(-0.1, 5, 1, "Shadow:Load:Share is -0.1; allowed is 0 to 1.")]
    [InlineData(double.NaN, 5, 1, "Shadow:Load:Share is NaN; allowed is 0 to 1.")]
    [InlineData(1, 0, 1, "Shadow:BudgetPerSecond is 0; allowed is 1 to 1000.")]
    [InlineData(1, 5, 17, "Shadow:MaxConcurrent is 17; allowed is 1 to 16.")]
    public void Validate_of_a_value_out_of_range_names_key_value_and_range(
        double share,
        int perSecond,
        int concurrent,
        string sentence
    )
    {
        var options = new ShadowOptions
        {
            Load = { Share = share },
            BudgetPerSecond = perSecond,
            MaxConcurrent = concurrent,
        };

        new ShadowOptionsValidator().Validate(null, options).Failures.Should().Equal(sentence);
    }

    private static int Enter(ShadowStand stand, int tries) =>
        Enumerable.Range(0, tries).Count(_ => stand.Budget.TryEnter(Operation.Search));
}
