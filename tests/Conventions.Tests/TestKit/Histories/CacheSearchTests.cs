using PerfKit.TestKit.Histories;

namespace Conventions.Tests.TestKit.Histories;

/// <summary>The search finds what is wrong with a cache, names it by few operations, and finds nothing in one that is right.</summary>
public sealed class CacheSearchTests
{
    private static readonly CacheSearch One = new();
    private static readonly CacheSearch Three = new() { Nodes = 3, HasCuts = true };

    [Fact]
    public async Task A_right_cache_passes_two_thousand_seeds_on_one_node() =>
        (await One.RunAsync(1, 2_000, Start(Bug.None, 1)))?.ToString().Should().BeNull();

    [Fact]
    public async Task A_right_cache_passes_two_thousand_seeds_on_three_nodes_that_are_cut() =>
        (await Three.RunAsync(1, 2_000, Start(Bug.None, 3)))?.ToString().Should().BeNull();

    [Theory]
    [InlineData(Bug.RunningLoad, 3)]
    [InlineData(Bug.TagAfterFactory, 3)]
    [InlineData(Bug.OtherKey, 3)]
    public async Task A_bug_of_one_node_is_found_and_named(Bug bug, int operations) =>
        await FindAsync(One, bug, 1, operations);

    [Theory]
    [InlineData(Bug.MissedMessage, 4)]
    [InlineData(Bug.LateWrite, 3)]
    [InlineData(Bug.LostJournal, 5)]
    public async Task A_bug_between_nodes_is_found_and_named(Bug bug, int operations) =>
        await FindAsync(Three, bug, 3, operations);

    [Fact]
    public async Task A_seed_gives_the_same_history_again()
    {
        var first = await One.RunAsync(1, 200, Start(Bug.RunningLoad, 1));

        (await One.PlayAsync(first!.Seed, Start(Bug.RunningLoad, 1)))!.ToString().Should().Be(first.ToString());
    }

    [Fact]
    public async Task A_history_that_is_played_once_is_judged_by_its_record()
    {
        var found = await One.RunAsync(1, 200, Start(Bug.RunningLoad, 1));

        var once = await One.PlayOnceAsync(found!.Seed, _ => Start(Bug.RunningLoad, 1)(0));

        once!.Fault.Should().Be(CacheFault.Stale);
    }

    [Theory]
    [InlineData(Bug.None, false)]
    [InlineData(Bug.MissedMessage, true)]
    public async Task What_runs_without_a_schedule_is_judged_too(Bug bug, bool isFound)
    {
        CacheViolation? found = null;
        for (var seed = 1; seed <= 200; seed++)
        {
            found ??= await Three.RaceAsync(seed, 1, _ => Start(bug, 3)(0));
        }

        (found is not null).Should().Be(isFound);
    }

    private static async Task FindAsync(CacheSearch search, Bug bug, int nodes, int operations)
    {
        var found = await search.RunAsync(1, 200, Start(bug, nodes));

        found.Should().NotBeNull();
        found!.Operations.Should().HaveCount(operations, found.ToString());
        found.Fault.Should().Be(bug == Bug.OtherKey ? CacheFault.NeverWritten : CacheFault.Stale);
    }

    private static Func<int, ValueTask<ICacheNodes>> Start(Bug bug, int nodes) =>
        _ => new ValueTask<ICacheNodes>(new MemoryNodes(bug, nodes));
}
