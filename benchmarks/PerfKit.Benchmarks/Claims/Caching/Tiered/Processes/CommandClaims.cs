using System.Globalization;
using PerfKit.Benchmarks.Gate;
using PerfKit.TestKit;
using StackExchange.Redis;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes;

/// <summary>
/// Commands a call costs as the server itself counts them (<c>INFO commandstats</c>): what a client sends, and what a script
/// calls within. What is not the call's is subtracted exactly: of each heartbeat, which alone asks <c>TIME</c>, its five
/// commands; the connections' <c>PING</c>; and the asking.
/// </summary>
internal static class ServerCommands
{
    private const int OfHeartbeat = 5;

    public static async Task<(double PerCall, string Seen)> CountAsync(string verb, int calls, int made)
    {
        await using var server = await RedisServer.StartPrivateAsync();
        using var client = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString + ",allowAdmin=true");
        await using var node = (await NodeProcess.StartAllAsync(1, server.ConnectionString))[0];
        await node.AskAsync<int>($"{verb} 100");
        var before = await ReadAsync(client);
        if (await node.AskAsync<int>($"{verb} {calls}") is var factories && factories != made)
        {
            throw new InvalidOperationException($"{factories} factories were called where {made} were expected.");
        }

        var after = await ReadAsync(client);
        var deltas = after
            .Select(a => (Name: a.Key, Calls: a.Value - before.GetValueOrDefault(a.Key)))
            .Where(static d => d.Calls > 0 && d.Name is not ("info" or "ping"))
            .ToDictionary(static d => d.Name, static d => d.Calls);
        var counted = deltas.Values.Sum() - (OfHeartbeat * deltas.GetValueOrDefault("time"));
        var seen = string.Join(", ", deltas.Select(static d => $"{d.Key} {d.Value}"));
        return ((double)counted / calls, seen);
    }

    private static async Task<Dictionary<string, long>> ReadAsync(ConnectionMultiplexer client)
    {
        var info = await client.GetServers()[0].InfoAsync("commandstats");
        return info.SelectMany(static section => section)
            .ToDictionary(
                static line => line.Key["cmdstat_".Length..],
                static line => long.Parse(line.Value.Split(',')[0]["calls=".Length..], CultureInfo.InvariantCulture)
            );
    }
}

/// <summary>
/// What a cold miss costs beyond the reading and the writing of its value: the claim, and the <c>SET</c> that the writing
/// script calls. A client sends three commands in all.
/// </summary>
public sealed class MissCommands : Claim
{
    private const int Misses = 2_000;
    private const int GetAndSet = 2;

    public override string Area => "caching-tiered";
    public override string Id => "miss-commands";
    public override Bar Bar => Bar.AtMost(2, "commands");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var (commands, seen) = await ServerCommands.CountAsync("miss", Misses, Misses);
        return new Measured(commands - GetAndSet, "commands", $"{Misses} misses as the server counts: {seen}");
    }
}

/// <summary>What a hit in memory costs the server.</summary>
public sealed class HitCommands : Claim
{
    private const int Hits = 20_000;

    public override string Area => "caching-tiered";
    public override string Id => "hit-commands";
    public override Bar Bar => Bar.AtMost(0, "commands");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var (commands, seen) = await ServerCommands.CountAsync("hit", Hits, made: 0);
        return new Measured(
            commands,
            "commands",
            $"{Hits} hits as the server counts{(seen.Length > 0 ? ": " : "")}{seen}"
        );
    }
}
