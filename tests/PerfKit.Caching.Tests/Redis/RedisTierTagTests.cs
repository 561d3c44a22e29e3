using System.Globalization;

namespace PerfKit.Caching.Tests.Redis;

/// <summary>Tags are right on every node, whenever it joined.</summary>
public sealed class RedisTierTagTests
{
    [SkippableTheory]
    [InlineData("tag")]
    [InlineData("*")]
    public async Task A_removed_tag_takes_its_values_away_on_every_node_and_spares_later_ones(string removed)
    {
        await using var pair = await Pair.JoinAsync();
        await pair.One.PutAsync("old", "value", "tag", "more");

        await pair.Other.Tier.RemoveByTagAsync(removed, default);
        await pair.One.Heard.UntilAsync("tag " + removed);
        await pair.One.PutAsync("new", "value", "tag");

        (await pair.One.ReadAsync("old")).Should().BeNull();
        (await pair.Other.ReadAsync("old")).Should().BeNull();
        (await pair.One.ReadAsync("new")).Should().Be("value");
        (await pair.Other.ReadAsync("new")).Should().Be("value");
    }

    [SkippableTheory]
    [InlineData("tag")]
    [InlineData("*")]
    public async Task A_tag_removed_before_a_node_joined_is_removed_for_it_too(string removed)
    {
        await using var pair = await Pair.JoinAsync();
        await pair.One.PutAsync("removed", "value", "tag");
        await pair.One.Tier.RemoveByTagAsync(removed, default);
        await pair.One.PutAsync("kept", "value", "tag");
        await pair.One.PutAsync("last", "value");
        await using var late = await TierNode.JoinAsync(pair.Servers, pair.Name);

        (await late.ReadAsync("removed")).Should().BeNull();
        (await late.ReadAsync("kept")).Should().Be("value");
    }

    [SkippableFact]
    public async Task A_value_made_right_after_its_own_nodes_removal_is_alive()
    {
        await using var pair = await Pair.JoinAsync();
        for (var i = 0; i < 100; i++)
        {
            var key = i.ToString(CultureInfo.InvariantCulture);
            await pair.One.Tier.RemoveByTagAsync("tag", default);
            await pair.One.GetOrMakeAsync(key, () => "made", "tag");

            (await pair.One.ReadAsync(key)).Should().Be("made");
        }
    }

    [SkippableFact]
    public async Task A_removal_is_seen_by_its_own_node_as_soon_as_it_has_completed()
    {
        await using var pair = await Pair.JoinAsync();
        for (var i = 0; i < 100; i++)
        {
            await pair.One.PutAsync("k", "value", "tag");
            await pair.One.Tier.RemoveByTagAsync("tag", default);

            (await pair.One.ReadAsync("k")).Should().BeNull();
        }
    }

    [SkippableFact]
    public async Task Of_more_tags_than_the_bound_the_oldest_are_dropped_and_what_is_older_is_invalid()
    {
        await using var pair = await Pair.JoinAsync(configure: o => o.TagCapacity = 100);
        await pair.One.PutAsync("removed", "value", "tag");
        await pair.One.Tier.RemoveByTagAsync("tag", default);
        for (var i = 0; i < 300; i++)
        {
            await pair.One.Tier.RemoveByTagAsync("other " + i.ToString(CultureInfo.InvariantCulture), default);
        }

        await pair.One.PutAsync("new", "value", "tag");
        await pair.One.PutAsync("last", "value");
        await using var late = await TierNode.JoinAsync(pair.Servers, pair.Name);

        (await pair.One.Redis.SortedSetLengthAsync(pair.One.Tags)).Should().BeLessThanOrEqualTo(101);
        (await pair.One.Redis.SortedSetScoreAsync(pair.One.Tags, "!")).Should().BeGreaterThan(100);
        (await late.ReadAsync("removed")).Should().BeNull();
        (await late.ReadAsync("new")).Should().Be("value");
    }

    [SkippableFact]
    public async Task More_tags_than_a_node_remembers_are_asked_for()
    {
        await using var pair = await Pair.JoinAsync(configure: o => o.LocalTagCapacity = 16);
        await pair.One.PutAsync("kept", "value", "kept tag");
        await pair.One.PutAsync("removed", "value", "tag");
        await pair.Other.Tier.RemoveByTagAsync("tag", default);
        for (var i = 0; i < 100; i++)
        {
            await pair.Other.Tier.RemoveByTagAsync("other " + i.ToString(CultureInfo.InvariantCulture), default);
        }

        await pair.One.Heard.UntilAsync("tag other 99");

        (await pair.One.ReadAsync("removed")).Should().BeNull();
        (await pair.One.ReadAsync("kept")).Should().Be("value");
    }

    [SkippableFact]
    public async Task Tags_are_removed_on_every_shard()
    {
        await using var pair = await Pair.JoinAsync(configure: o => o.Shards = 5);
        var keys = Enumerable.Range(0, 40).Select(i => i.ToString(CultureInfo.InvariantCulture)).ToList();
        foreach (var key in keys)
        {
            await pair.One.PutAsync(key, key, "tag");
        }

        (await Task.WhenAll(keys.Select(pair.Other.ReadAsync))).Should().Equal(keys);
        await pair.One.Tier.RemoveByTagAsync("tag", default);

        (await Task.WhenAll(keys.Select(pair.One.ReadAsync))).Should().AllSatisfy(v => v.Should().BeNull());
    }
}
