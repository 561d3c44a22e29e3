using System.Text;
using PerfKit.TestKit;

namespace PerfKit.Caching.Tests.Redis;

public sealed class RedisTierTests
{
    [SkippableFact]
    public async Task ReadAsync_gives_what_was_put_with_its_tags_also_to_another_process()
    {
        var server = await RedisServer.SharedAsync();
        var name = TierNode.NewName();
        await using var one = await TierNode.JoinAsync(server.ConnectionString, name);
        await using var other = await TierNode.JoinAsync(server.ConnectionString, name);

        await one.PutAsync("k", "value", "a", "b");

        using var entry = await other.Tier.ReadAsync("k", default);
        TierNode.Text(entry!).Should().Be("value");
        entry!.Tags.Should().Equal("a", "b");
        (await other.Heard.NextAsync()).Should().Be("key k");
        one.Heard.TryNext(out _).Should().BeFalse("its own writes are not told");
    }

    [SkippableFact]
    public async Task RemoveAsync_takes_the_value_away_and_tells_others()
    {
        var server = await RedisServer.SharedAsync();
        var name = TierNode.NewName();
        await using var one = await TierNode.JoinAsync(server.ConnectionString, name);
        await using var other = await TierNode.JoinAsync(server.ConnectionString, name);
        await one.PutAsync("k", "value");
        await other.Heard.UntilAsync("key k");

        await one.Tier.RemoveAsync("k", default);

        (await one.ReadAsync("k")).Should().BeNull();
        (await other.ReadAsync("k")).Should().BeNull();
        (await other.Heard.NextAsync()).Should().Be("key k");
    }

    [SkippableFact]
    public async Task Two_names_share_no_values_tags_or_messages()
    {
        var server = await RedisServer.SharedAsync();
        await using var one = await TierNode.JoinAsync(server.ConnectionString, "a:b", o => o.Prefix = "x" + Prefix);
        await using var other = await TierNode.JoinAsync(server.ConnectionString, "b", o => o.Prefix = $"x{Prefix}:a");
        await one.PutAsync("k", "one", "t");
        await other.PutAsync("k", "other", "t");

        await one.Tier.RemoveByTagAsync("t", default);
        await one.Tier.RemoveByTagAsync("*", default);
        await one.Tier.RemoveAsync("k", default);

        (await other.ReadAsync("k")).Should().Be("other");
        other.Heard.TryNext(out _).Should().BeFalse();
    }

    [SkippableTheory]
    [InlineData("{a}")]
    [InlineData("}:v")]
    [InlineData("a\0b\r\n\u0007")]
    [InlineData("ключ 🗝")]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("!")]
    [InlineData(":x")]
    public async Task Keys_and_tags_of_any_characters_are_kept_apart(string text)
    {
        var server = await RedisServer.SharedAsync();
        var name = TierNode.NewName();
        await using var one = await TierNode.JoinAsync(server.ConnectionString, name);
        await using var other = await TierNode.JoinAsync(server.ConnectionString, name);

        await one.PutAsync(text, "value", "of " + text);
        await one.PutAsync(text + "x", "next", "of " + text + "x");
        await one.Tier.RemoveByTagAsync("of " + text + "x", default);

        (await one.ReadAsync(text)).Should().Be("value");
        (await one.ReadAsync(text + "x")).Should().BeNull();
        (await other.Heard.NextAsync()).Should().Be("key " + text);
        await other.Heard.UntilAsync("tag of " + text + "x");
    }

    [SkippableFact]
    public async Task Keys_that_UTF8_cannot_say_are_kept_apart()
    {
        var server = await RedisServer.SharedAsync();
        var name = TierNode.NewName();
        await using var one = await TierNode.JoinAsync(server.ConnectionString, name);
        await using var other = await TierNode.JoinAsync(server.ConnectionString, name);

        await one.PutAsync("\ud800", "high", "t\ud801");
        await one.PutAsync("\udc00", "low", "t\udc01");
        await one.Tier.RemoveByTagAsync("t\udc01", default);

        (await one.ReadAsync("\ud800")).Should().Be("high");
        (await one.ReadAsync("\udc00")).Should().BeNull();
        (await other.Heard.NextAsync()).Should().Be("key \ud800");
        await other.Heard.UntilAsync("tag t\udc01");
    }

    [SkippableFact]
    public async Task A_value_lives_as_long_as_was_said()
    {
        var server = await RedisServer.SharedAsync();
        await using var node = await TierNode.JoinAsync(server.ConnectionString, TierNode.NewName());

        await node.Tier.PutAsync("k", TierNode.Value("value") with { TimeToLive = TimeSpan.FromSeconds(77) }, default);
        await using (var claim = await node.ClaimAsync("c"))
        {
            await claim.WriteAsync(TierNode.Value("value") with { TimeToLive = TimeSpan.FromSeconds(77) }, default);
        }

        (await node.Redis.KeyTimeToLiveAsync(node.Key("k")))!.Value.TotalSeconds.Should().BeInRange(70, 77);
        (await node.Redis.KeyTimeToLiveAsync(node.Key("c")))!.Value.TotalSeconds.Should().BeInRange(70, 77);
    }

    [SkippableFact]
    public async Task Bytes_that_nobody_wrote_are_a_miss_and_can_be_claimed_over()
    {
        var server = await RedisServer.SharedAsync();
        await using var node = await TierNode.JoinAsync(server.ConnectionString, TierNode.NewName());
        await node.PutAsync("good", "value", "tag");
        var good = (byte[])(await node.Redis.StringGetAsync(node.Key("good")))!;
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var poison = (i % 3) switch
            {
                0 => Noise(random, random.Next(0, 200)),
                1 => good[..random.Next(0, good.Length - "value".Length)],
                _ => [.. Encoding.ASCII.GetBytes(i % 2 == 0 ? "C1" : "V1"), .. Noise(random, random.Next(0, 90))],
            };
            await node.Redis.StringSetAsync(node.Key("k"), poison, TierNode.Hour);

            (await node.ReadAsync("k")).Should().BeNull();
            if (poison.Length != 19 || poison[0] != 'C')
            {
                (await node.GetOrMakeAsync("k", () => "made")).Should().Be("made");
                (await node.ReadAsync("k")).Should().Be("made");
            }
        }
    }

    [SkippableFact]
    public async Task Another_type_under_the_key_is_a_miss_and_gives_way()
    {
        var server = await RedisServer.SharedAsync();
        await using var node = await TierNode.JoinAsync(server.ConnectionString, TierNode.NewName());
        await node.Redis.HashSetAsync(node.Key("k"), "field", "x");

        (await node.ReadAsync("k")).Should().BeNull();
        (await node.GetOrMakeAsync("k", () => "made")).Should().Be("made");
    }

    [SkippableFact]
    public async Task NowMilliseconds_follows_the_clock_of_Redis()
    {
        var server = await RedisServer.SharedAsync();
        await using var node = await TierNode.JoinAsync(server.ConnectionString, TierNode.NewName());
        await node.Shard.TendAsync(default); // a heartbeat

        var time = (StackExchange.Redis.RedisValue[])(await node.Redis.ExecuteAsync("TIME"))!;
        var now = node.Tier.NowMilliseconds;

        ((long)time[0] * 1000 + (long)time[1] / 1000).Should().BeCloseTo(now, 200);
    }

    private static string Prefix { get; } = Guid.NewGuid().ToString("N");

    private static byte[] Noise(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
