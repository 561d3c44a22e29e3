using PerfKit.TestKit;

namespace PerfKit.Caching.Tests.Redis;

/// <summary>Two processes of one cache.</summary>
internal sealed class Pair : IAsyncDisposable
{
    private Pair(string servers, string name, TierNode one, TierNode other)
    {
        Servers = servers;
        Name = name;
        One = one;
        Other = other;
    }

    public string Servers { get; }

    public string Name { get; }

    public TierNode One { get; }

    public TierNode Other { get; }

    public static async Task<Pair> JoinAsync(TimeSpan? lease = null, Action<RedisTierOptions>? configure = null)
    {
        var server = await RedisServer.SharedAsync();
        return await JoinAsync(server.ConnectionString, lease, configure);
    }

    public static async Task<Pair> JoinAsync(
        string servers,
        TimeSpan? lease = null,
        Action<RedisTierOptions>? configure = null
    )
    {
        var name = TierNode.NewName();
        return new Pair(
            servers,
            name,
            await TierNode.JoinAsync(servers, name, Configure),
            await TierNode.JoinAsync(servers, name, Configure)
        );

        void Configure(RedisTierOptions options)
        {
            options.ClaimLease = lease ?? options.ClaimLease;
            configure?.Invoke(options);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await One.DisposeAsync();
        await Other.DisposeAsync();
    }
}
