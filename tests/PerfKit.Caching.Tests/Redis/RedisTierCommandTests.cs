using PerfKit.TestKit;
using StackExchange.Redis;

namespace PerfKit.Caching.Tests.Redis;

/// <summary>What Redis is asked to do, counted by Redis itself.</summary>
public sealed class RedisTierCommandTests
{
    private static readonly string[] Own = ["get", "set", "evalsha", "eval", "getrange", "zmscore", "hmget", "publish"];

    [SkippableFact]
    public async Task A_cold_miss_costs_three_commands_and_two_within_the_script()
    {
        await using var server = await RedisServer.StartPrivateAsync();
        await using var node = await QuietAsync(server);
        await node.GetOrMakeAsync("warm", () => "made", "tag");
        var before = await CountsAsync(server);

        await node.GetOrMakeAsync("k", () => "made", "tag");

        var calls = await SinceAsync(server, before);
        calls
            .Should()
            .Equal(
                new Dictionary<string, int>
                {
                    ["get"] = 1,
                    ["set"] = 2,
                    ["evalsha"] = 1,
                }
            );
        (calls.Values.Sum() - 2).Should().BeLessThanOrEqualTo(2, "beyond one get and one set, scripts' calls included");
    }

    [SkippableFact]
    public async Task A_hit_is_one_command_and_for_a_value_older_than_the_node_so_is_the_second()
    {
        await using var server = await RedisServer.StartPrivateAsync();
        var name = TierNode.NewName();
        await using var node = await QuietAsync(server, name);
        await node.PutAsync("old", "value", "tag");
        await node.PutAsync("k", "value", "tag");
        await using var late = await QuietAsync(server, name);
        var before = await CountsAsync(server);

        (await node.ReadAsync("k")).Should().Be("value");
        (await SinceAsync(server, before)).Should().Equal(new Dictionary<string, int> { ["get"] = 1 });
        (await late.ReadAsync("old")).Should().Be("value");
        (await SinceAsync(server, before)).Should().Equal(new Dictionary<string, int> { ["get"] = 2, ["zmscore"] = 1 });
        (await late.ReadAsync("old")).Should().Be("value");
        (await SinceAsync(server, before)).Should().Equal(new Dictionary<string, int> { ["get"] = 3, ["zmscore"] = 1 });
    }

    [SkippableFact]
    public async Task A_user_with_the_documented_rights_can_do_everything()
    {
        await using var server = await RedisServer.StartPrivateAsync();
        var servers = await ReadmeUser.AddAsync(server, "cache");
        await using var pair = await Pair.JoinAsync(servers);
        await pair.One.PutAsync("k", "value", "tag");
        (await pair.Other.ReadAsync("k")).Should().Be("value");
        await pair.One.PutAsync("newer", "value");
        await using var late = await TierNode.JoinAsync(servers, pair.Name);
        (await late.ReadAsync("k")).Should().Be("value", "it may ask for tags removed before it came");
        await pair.Other.Tier.RemoveByTagAsync("tag", default);
        (await pair.Other.GetOrMakeAsync("k", () => "made", "tag")).Should().Be("made");
        await pair.One.Tier.RejoinAsync(["k"], ["tag"], default);
        (await pair.One.ReadAsync("k")).Should().BeNull();
        await using (var claim = await pair.One.ClaimAsync("given up"))
        {
            claim.Should().NotBeNull();
        }
    }

    private static Task<TierNode> QuietAsync(RedisServer server, string? name = null) =>
        TierNode.JoinAsync(
            server.ConnectionString,
            name ?? TierNode.NewName(),
            o =>
            {
                o.HeartbeatInterval = TimeSpan.FromMinutes(1);
                o.ClaimLease = TimeSpan.FromMinutes(1);
            }
        );

    private static async Task<Dictionary<string, int>> CountsAsync(RedisServer server)
    {
        await using var admin = await ConnectionMultiplexer.ConnectAsync(
            server.ConnectionString + ",allowAdmin=true,tiebreaker="
        );
        var stats = await admin.GetServers()[0].InfoAsync("commandstats");
        return stats
            .SelectMany(g => g)
            .Select(p => (Name: p.Key["cmdstat_".Length..], Calls: p.Value.Split('=', ',')[1]))
            .Where(c => Own.Contains(c.Name))
            .ToDictionary(c => c.Name, c => int.Parse(c.Calls, System.Globalization.CultureInfo.InvariantCulture));
    }

    private static async Task<Dictionary<string, int>> SinceAsync(RedisServer server, Dictionary<string, int> before)
    {
        var after = await CountsAsync(server);
        return after
            .Select(c => (c.Key, Calls: c.Value - before.GetValueOrDefault(c.Key)))
            .Where(c => c.Calls > 0)
            .ToDictionary(c => c.Key, c => c.Calls);
    }
}
