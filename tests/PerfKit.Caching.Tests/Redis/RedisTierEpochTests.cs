using PerfKit.Caching.Internal.RedisTiers;
using PerfKit.TestKit;
using StackExchange.Redis;

namespace PerfKit.Caching.Tests.Redis;

/// <summary>How processes learn that numbers began anew or went back, between two heartbeats.</summary>
public sealed class RedisTierEpochTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_joins_tells_the_others_that_the_epoch_was_raised_or_a_number_was_missed(bool isRaised)
    {
        await using var pair = await Pair.JoinAsync(configure: static o => o.HeartbeatInterval = Minute);
        await pair.One.PutAsync("k", "old");
        await pair.Other.Heard.UntilAsync("key k");
        if (isRaised)
        {
            await pair.One.Redis.KeyDeleteAsync(pair.One.Versions);
        }
        else
        {
            await pair.One.Redis.HashIncrementAsync(pair.One.Versions, "seq"); // A write whose message nobody got.
        }

        await using var late = await TierNode.JoinAsync(pair.Servers, pair.Name);

        await pair.Other.Heard.UntilAsync("lost");
        await pair.Other.Heard.UntilAsync("restored");
    }

    [SkippableFact]
    public async Task Who_joins_does_not_disturb_those_who_have_heard_everything()
    {
        await using var pair = await Pair.JoinAsync(configure: static o => o.HeartbeatInterval = Minute);
        await pair.One.PutAsync("k", "value", "tag");
        await pair.One.Tier.RemoveByTagAsync("tag", default);
        await using var late = await TierNode.JoinAsync(pair.Servers, pair.Name);
        await late.PutAsync("last", "value");

        string told;
        do
        {
            told = await pair.Other.Heard.NextAsync();
            told.Should().NotBe("lost");
        } while (told != "key last");
    }

    [SkippableFact]
    public async Task What_an_answer_says_while_nothing_is_heard_is_known_to_the_next_view()
    {
        var server = await RedisServer.SharedAsync();
        await using var servers = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var options = new RedisTierOptions { CommandTimeout = TimeSpan.FromSeconds(5) };
        using var tier = new TierContext(TierNode.NewName(), options, TimeProvider.System, meters: null);
        var names = new ShardNames(options.Prefix, tier.Name, 0, tier.NodeText);
        using var shard = new Shard(tier, names, tier.Clock, servers.GetDatabase());
        var channel = await servers.GetSubscriber().SubscribeAsync(RedisChannel.Literal(names.Channel));
        channel.OnMessage(m => shard.Hear(((ReadOnlyMemory<byte>)m.Message).Span));
        await shard.JoinAsync(default);
        var epoch = shard.View!.Epoch;
        shard.Lose();
        await shard.Database.HashSetAsync(names.Versions, "seq", 100);
        await shard.VersionedAsync(Scripts.Join, [], ["", ""], tier.Wait("rejoining"), default);

        await shard.Database.HashSetAsync(names.Versions, "seq", 50); // An older copy, though newer than the last view.
        await shard.JoinAsync(default);

        shard.View!.Epoch.Should().NotBe(epoch);
    }

    [SkippableFact]
    public async Task RejoinAsync_asks_for_the_clock_by_which_puts_were_refused_as_late()
    {
        await using var pair = await Pair.JoinAsync(configure: static o => o.HeartbeatInterval = Minute);
        var clock = pair.One.Shard.Clock;
        clock.Learn(clock.NowMilliseconds - 60_000, clock.Local(), clock.Local()); // Then the server's was set a minute on.
        await pair.One.Invoking(n => n.PutAsync("k", "value").AsTask()).Should().ThrowAsync<TimeoutException>();

        await pair.One.Tier.RejoinAsync(["k"], [], default);

        await pair.One.PutAsync("k", "value");
        (await pair.Other.ReadAsync("k")).Should().Be("value");
    }
}
