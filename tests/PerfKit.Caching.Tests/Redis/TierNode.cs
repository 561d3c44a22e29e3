using System.Buffers;
using System.Text;
using PerfKit.Caching.Internal.RedisTiers;
using PerfKit.TestKit;
using StackExchange.Redis;

namespace PerfKit.Caching.Tests.Redis;

/// <summary>One process's tier, as far as Redis can tell, and a plain connection to look behind it.</summary>
internal sealed class TierNode : IAsyncDisposable
{
    public static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly IDisposable _listening;

    private TierNode(RedisTier tier)
    {
        Tier = tier;
        _listening = tier.Listen(Heard);
    }

    public RedisTier Tier { get; }

    public HeardChanges Heard { get; } = new();

    public static string NewName() => "test-" + Guid.NewGuid().ToString("N");

    /// <summary>One that listens already, with deadlines that a busy machine keeps.</summary>
    public static async Task<TierNode> JoinAsync(
        string servers,
        string name,
        Action<RedisTierOptions>? configure = null
    )
    {
        var node = Start(servers, name, configure);
        await node.Heard.UntilAsync("restored");
        return node;
    }

    public static TierNode Start(string servers, string name, Action<RedisTierOptions>? configure = null)
    {
        var options = new RedisTierOptions { Configuration = servers, CommandTimeout = TimeSpan.FromSeconds(5) };
        configure?.Invoke(options);
        return new TierNode(new RedisTier(name, options, TimeProvider.System, shared: null));
    }

    public static TierValue Value(string text, params string[] tags) =>
        new(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(text)), tags, Hour);

    public ValueTask PutAsync(string key, string text, params string[] tags) =>
        Tier.PutAsync(key, Value(text, tags), default);

    /// <summary>The value as text; null where there is none.</summary>
    public async Task<string?> ReadAsync(string key)
    {
        using var entry = await Tier.ReadAsync(key, default);
        return entry is null ? null : Text(entry);
    }

    public async Task<TierClaim> ClaimAsync(string key)
    {
        var outcome = await Tier.ReadOrClaimAsync(key, default);
        outcome.Entry.Should().BeNull();
        return outcome.Claim!;
    }

    /// <summary>Reads, or makes: what a cache does on a miss.</summary>
    public async Task<string> GetOrMakeAsync(string key, Func<string> make, params string[] tags)
    {
        var (entry, claim) = await Tier.ReadOrClaimAsync(key, default);
        if (entry is not null)
        {
            using (entry)
            {
                return Text(entry);
            }
        }

        await using (claim)
        {
            var made = make();
            await claim!.WriteAsync(Value(made, tags), default);
            return made;
        }
    }

    public static string Text(TierEntry entry) => Encoding.UTF8.GetString(entry.Payload.ToArray());

    public RedisKey Versions => Shard.Names.Versions;

    public RedisKey Tags => Shard.Names.Tags;

    public RedisKey Key(string key) => Shard.Names.Key(key);

    public Shard Shard => Tier.Shards[0];

    public IDatabase Redis => Shard.Database;

    public ValueTask DisposeAsync()
    {
        _listening.Dispose();
        return Tier.DisposeAsync();
    }
}
