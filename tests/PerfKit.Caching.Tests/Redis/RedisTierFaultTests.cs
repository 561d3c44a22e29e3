using System.Globalization;
using PerfKit.Caching.Internal.RedisTiers;
using PerfKit.TestKit;
using PerfKit.TestKit.Faults;
using StackExchange.Redis;

namespace PerfKit.Caching.Tests.Redis;

/// <summary>What is lost on the way, by the connection or in Redis.</summary>
public sealed class RedisTierFaultTests
{
    [SkippableFact]
    public async Task A_server_that_does_not_answer_costs_the_deadline_and_one_sentence()
    {
        await using var behind = await Behind.JoinAsync(o => o.CommandTimeout = TimeSpan.FromMilliseconds(35));
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < 1.1 * TierContext.StartLimit)
        {
            await behind.Node.ReadAsync("k"); // Until the tier is no longer given the time of one that has just begun.
        }

        await behind.WhileSilentAsync(async () =>
        {
            began = TimeProvider.System.GetTimestamp();

            var error = await behind.Node.Invoking(n => n.ReadAsync("k")).Should().ThrowAsync<TimeoutException>();

            TimeProvider.System.GetElapsedTime(began).Should().BeLessThan(TimeSpan.FromSeconds(1));
            error.Which.Message.Should().Contain(behind.Name).And.Contain("127.0.0.1:").And.Contain("35 ms");
        });
    }

    [SkippableFact]
    public async Task A_silent_server_is_lost_and_used_again_when_it_answers()
    {
        await using var behind = await Behind.JoinAsync();
        await behind.WhileSilentAsync(() => behind.Node.Heard.UntilAsync("lost"));

        await behind.Node.Heard.UntilAsync("restored");
        await behind.Node.PutAsync("k", "value");
        (await behind.Node.ReadAsync("k")).Should().Be("value");
    }

    [SkippableFact]
    public async Task A_connection_that_breaks_is_told_at_once_and_again_when_writes_are_heard()
    {
        await using var behind = await Behind.JoinAsync(o => o.HeartbeatInterval = TimeSpan.FromMinutes(1));
        behind.Proxy.Refuses = true;
        behind.Proxy.Reset();
        await behind.Node.Heard.UntilAsync("lost");
        await behind.Other.PutAsync("k", "unheard");

        behind.Proxy.Refuses = false;

        await behind.Node.Heard.UntilAsync("restored");
        await behind.Other.PutAsync("k", "heard");
        await behind.Node.Heard.UntilAsync("key k");
    }

    [SkippableFact]
    public async Task A_connection_whose_other_end_is_gone_is_lost_and_made_anew()
    {
        await using var behind = await Behind.JoinAsync();
        var old = behind.Node.Redis.Multiplexer;
        behind.Proxy.HalfOpen();

        await behind.Node.Heard.UntilAsync("lost");
        await behind.Node.Heard.UntilAsync("restored");
        behind.Node.Redis.Multiplexer.Should().NotBeSameAs(old, "the old one would have taken longer to notice");
    }

    [SkippableFact]
    public async Task A_tier_starts_while_Redis_is_down_and_takes_part_when_it_is_up()
    {
        var server = await RedisServer.SharedAsync();
        await using var proxy = Behind.ProxyTo(server);
        proxy.Refuses = true;
        await using var node = TierNode.Start(
            $"127.0.0.1:{proxy.Port}",
            TierNode.NewName(),
            o => o.CommandTimeout = TimeSpan.FromMilliseconds(35)
        );
        await node.Invoking(n => n.ReadAsync("k")).Should().ThrowAsync<TimeoutException>();

        proxy.Refuses = false;

        await node.Heard.UntilAsync("restored");
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task A_tier_is_unheard_from_the_first_until_all_shards_listen_and_says_so_once(int shards)
    {
        var server = await RedisServer.SharedAsync();
        await using var proxy = Behind.ProxyTo(server);
        proxy.Refuses = true;
        var servers = $"127.0.0.1:{proxy.Port}";
        await using var node = TierNode.Start(servers, TierNode.NewName(), o => o.Shards = shards);
        node.Heard.TryNext(out var first).Should().BeTrue("it is told by Listen itself");
        first.Should().Be("lost");

        proxy.Refuses = false;

        (await node.Heard.NextAsync()).Should().Be("restored");
        node.Tier.Shards.Should().HaveCount(shards).And.OnlyContain(s => s.View != null);
        node.Tier.Shards[0].Lose();
        node.Tier.Shards[0].Lose();
        (await node.Heard.NextAsync()).Should().Be("lost");
        (await node.Heard.NextAsync()).Should().Be("restored");
    }

    [SkippableFact]
    public async Task A_message_that_comes_twice_as_from_two_nodes_of_a_cluster_is_no_gap()
    {
        await using var pair = await Pair.JoinAsync(configure: o => o.HeartbeatInterval = TimeSpan.FromMinutes(1));
        var channel = RedisChannel.Literal(pair.One.Shard.Names.Channel);
        var messages = await pair.Other.Redis.Multiplexer.GetSubscriber().SubscribeAsync(channel);
        await pair.Other.PutAsync("k", "1");
        await pair.Other.Tier.RemoveByTagAsync("tag", default);
        var first = await messages.ReadAsync();
        var second = await messages.ReadAsync();
        var view = pair.One.Shard.View;

        await pair.Other.Redis.PublishAsync(channel, first.Message);
        await pair.Other.Redis.PublishAsync(channel, second.Message);
        await pair.Other.PutAsync("next", "1");

        await pair.One.Heard.UntilAsync("key next");
        pair.One.Shard.View.Should().NotBeNull().And.BeSameAs(view);
    }

    [SkippableFact]
    public async Task Another_message_under_a_number_that_was_heard_is_an_older_copys()
    {
        await using var pair = await Pair.JoinAsync(configure: o => o.HeartbeatInterval = TimeSpan.FromMinutes(1));
        await pair.Other.PutAsync("k", "1");
        await pair.One.Heard.UntilAsync("key k");
        await pair.Other.Redis.HashDecrementAsync(pair.One.Versions, "seq"); // What a replica that took over had not got.

        await pair.Other.PutAsync("other", "1");

        await pair.One.Heard.UntilAsync("lost");
        await pair.One.Heard.UntilAsync("restored");
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_that_did_not_come_is_found_by_the_next_one_or_a_heartbeat(bool isQuiet)
    {
        await using var pair = await Pair.JoinAsync(configure: o =>
            o.HeartbeatInterval = isQuiet ? o.HeartbeatInterval : TimeSpan.FromMinutes(1)
        );
        await pair.One.Redis.HashIncrementAsync(pair.One.Versions, "seq"); // a write whose message nobody got

        if (!isQuiet)
        {
            await pair.One.PutAsync("k", "value");
        }

        await pair.Other.Heard.UntilAsync("lost");
        await pair.Other.Heard.UntilAsync("restored");
    }

    [SkippableTheory]
    [InlineData("v")]
    [InlineData("t")]
    public async Task Where_versions_or_tags_are_lost_what_was_stored_is_dead(string lost)
    {
        await using var pair = await Pair.JoinAsync();
        await pair.One.PutAsync("k", "old", "tag");
        await pair.One.Redis.KeyDeleteAsync(lost == "v" ? pair.One.Versions : pair.One.Tags);

        await pair.Other.Heard.UntilAsync("restored");

        (await pair.Other.ReadAsync("k")).Should().BeNull();
        await pair.Other.PutAsync("k", "new", "tag");
        (await pair.Other.ReadAsync("k")).Should().Be("new");
        await pair.Other.Tier.RemoveByTagAsync("tag", default);
        (await pair.Other.ReadAsync("k")).Should().BeNull();
    }

    [SkippableFact]
    public async Task Tags_lost_between_two_heartbeats_are_noticed_by_who_asks_for_them()
    {
        await using var pair = await Pair.JoinAsync(configure: o => o.HeartbeatInterval = TimeSpan.FromMinutes(1));
        await pair.One.PutAsync("k", "old", "tag");
        await using var late = await TierNode.JoinAsync(
            pair.Servers,
            pair.Name,
            o => o.HeartbeatInterval = TimeSpan.FromMinutes(1)
        );
        await pair.One.PutAsync("another", "value"); // So that what was put before is older than the next baseline.
        await using var last = await TierNode.JoinAsync(
            pair.Servers,
            pair.Name,
            o => o.HeartbeatInterval = TimeSpan.FromMinutes(1)
        );
        await pair.One.Redis.KeyDeleteAsync(pair.One.Tags);

        (await last.ReadAsync("k")).Should().BeNull();
        await last.Heard.UntilAsync("lost");
    }

    [SkippableFact]
    public async Task Numbers_that_go_back_raise_the_epoch()
    {
        await using var pair = await Pair.JoinAsync();
        await pair.One.PutAsync("k", "old");
        await pair.Other.Heard.UntilAsync("key k");
        var epoch = await pair.One.Redis.HashGetAsync(pair.One.Versions, "epoch");
        await pair.One.Redis.HashSetAsync(pair.One.Versions, "seq", 0); // as after a failover to an older copy

        await pair.Other.Heard.UntilAsync("restored");

        (await pair.One.Redis.HashGetAsync(pair.One.Versions, "epoch")).Should().NotBe(epoch);
        (await pair.Other.ReadAsync("k")).Should().BeNull();
    }

    [SkippableFact]
    public async Task A_server_that_comes_back_with_an_older_copy_gives_nothing_of_it()
    {
        await using var server = await RedisServer.StartPrivateAsync();
        await using var node = await TierNode.JoinAsync(
            server.ConnectionString + ",allowAdmin=true",
            TierNode.NewName()
        );
        await node.PutAsync("k", "old");
        await node.Redis.ExecuteAsync("SAVE"); // What a server without an append-only file has after a crash.
        await node.Tier.RemoveAsync("k", default);
        await server.KillAsync();
        await node.Heard.UntilAsync("lost");

        await server.RestartAsync();

        await node.Heard.UntilAsync("restored");
        (await node.Redis.KeyExistsAsync(node.Key("k"))).Should().BeTrue("the copy has it");
        (await node.ReadAsync("k")).Should().BeNull("it was removed");
    }

    [SkippableFact]
    public async Task A_put_from_before_a_rejoin_is_refused_whenever_it_comes()
    {
        await using var pair = await Pair.JoinAsync();
        await pair.One.Tier.RejoinAsync([], [], default);
        RedisKey[] keys = [pair.One.Versions, pair.One.Tags, pair.One.Shard.Names.Node, pair.One.Key("k")];

        await pair.One.Redis.ScriptEvaluateAsync(
            Scripts.Put,
            keys,
            ["1", "0123456789abcdef", "nowhere", pair.One.Shard.Tier.Node, "k", "id", 60_000, "0", "tail"]
        );

        (await pair.One.Redis.KeyExistsAsync(pair.One.Key("k"))).Should().BeFalse();
        await pair.One.PutAsync("k", "value");
        (await pair.One.ReadAsync("k")).Should().Be("value");
    }

    [SkippableFact]
    public async Task A_put_that_was_given_up_does_not_undo_a_removal_when_it_comes_late()
    {
        await using var behind = await Behind.JoinAsync(o =>
        {
            o.CommandTimeout = TimeSpan.FromMilliseconds(200);
            o.HeartbeatInterval = TimeSpan.FromMinutes(1);
        });
        await behind.WhileSilentAsync(async () =>
        {
            await behind.Node.Invoking(n => n.PutAsync("k", "late").AsTask()).Should().ThrowAsync<TimeoutException>();
            await behind.Other.Tier.RemoveAsync("k", default);
        });

        await behind.Node.Redis.PingAsync(); // Sent behind the put, on the same connection.

        (await behind.Other.ReadAsync("k")).Should().BeNull();
    }

    [SkippableFact]
    public async Task A_put_whose_connection_breaks_ends_when_it_can_take_effect_no_more()
    {
        await using var behind = await Behind.JoinAsync(o => o.CommandTimeout = TimeSpan.FromMilliseconds(500));
        behind.Proxy.ToServer.IsHeld = true;
        var began = TimeProvider.System.GetTimestamp();
        var put = behind.Node.PutAsync("k", "value").AsTask();
        var limit = behind.Node.Shard.Tier.Wait("putting").Limit; // A young tier's is longer, and this is behind the put's.

        behind.Proxy.Reset();

        await put.Awaiting(static p => p).Should().ThrowAsync<RedisException>();
        TimeProvider.System.GetElapsedTime(began).Should().BeGreaterThanOrEqualTo(limit);
    }

    [SkippableFact]
    public async Task RejoinAsync_removes_what_a_put_wrote_that_was_given_up()
    {
        await using var behind = await Behind.JoinAsync(o => o.CommandTimeout = TimeSpan.FromMilliseconds(200));
        await behind.WhileSilentAsync(async () =>
        {
            await behind.Node.Invoking(n => n.PutAsync("k", "late").AsTask()).Should().ThrowAsync<TimeoutException>();
            await behind
                .Node.Invoking(n => n.Tier.RejoinAsync(["k"], [], default).AsTask())
                .Should()
                .ThrowAsync<TimeoutException>();
        });

        await behind.RejoinedAsync(["k"], []);

        (await behind.Node.ReadAsync("k")).Should().BeNull();
        (await behind.Other.ReadAsync("k")).Should().BeNull();
    }

    [SkippableFact]
    public async Task RejoinAsync_removes_keys_and_tags_and_tells_others()
    {
        await using var pair = await Pair.JoinAsync();
        var keys = Enumerable.Range(0, 300).Select(i => i.ToString(CultureInfo.InvariantCulture)).ToList();
        foreach (var key in keys)
        {
            await pair.Other.PutAsync(key, "old");
        }

        await pair.Other.PutAsync("tagged", "old", "tag");
        await pair.One.Tier.RejoinAsync(keys, ["tag"], default);

        foreach (var key in keys)
        {
            (await pair.Other.ReadAsync(key)).Should().BeNull();
        }

        await pair.Other.Heard.UntilAsync("key 299");
        (await pair.Other.ReadAsync("tagged")).Should().BeNull();
    }

    [SkippableFact]
    public async Task A_lost_generation_refuses_writes_until_it_is_told_again()
    {
        await using var pair = await Pair.JoinAsync(configure: o => o.HeartbeatInterval = TimeSpan.FromMinutes(1));
        await pair.One.Redis.KeyDeleteAsync(pair.One.Shard.Names.Node);

        await pair.One.Invoking(n => n.PutAsync("k", "v").AsTask()).Should().ThrowAsync<InvalidOperationException>();

        await pair.One.Heard.UntilAsync("restored");
        await pair.One.PutAsync("k", "value");
        (await pair.One.ReadAsync("k")).Should().Be("value");
    }
}
