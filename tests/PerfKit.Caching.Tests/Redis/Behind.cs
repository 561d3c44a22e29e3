using System.Globalization;
using PerfKit.TestKit;
using PerfKit.TestKit.Faults;

namespace PerfKit.Caching.Tests.Redis;

/// <summary>One process whose connections pass a fault proxy, and another that is connected well.</summary>
internal sealed class Behind : IAsyncDisposable
{
    private Behind(FaultProxy proxy, string name, TierNode node, TierNode other)
    {
        Proxy = proxy;
        Name = name;
        Node = node;
        Other = other;
    }

    public FaultProxy Proxy { get; }

    public string Name { get; }

    public TierNode Node { get; }

    public TierNode Other { get; }

    public static FaultProxy ProxyTo(RedisServer server) =>
        FaultProxy.Start(int.Parse(server.ConnectionString.Split(':')[1], CultureInfo.InvariantCulture));

    public static async Task<Behind> JoinAsync(Action<RedisTierOptions>? configure = null)
    {
        var server = await RedisServer.SharedAsync();
        var proxy = ProxyTo(server);
        var name = TierNode.NewName();
        var node = await TierNode.JoinAsync($"127.0.0.1:{proxy.Port}", name, configure);
        return new Behind(proxy, name, node, await TierNode.JoinAsync(server.ConnectionString, name));
    }

    /// <summary>Does this while no byte passes in either direction.</summary>
    public async Task WhileSilentAsync(Func<Task> action)
    {
        Proxy.ToServer.IsHeld = Proxy.ToClients.IsHeld = true;
        try
        {
            await action();
        }
        finally
        {
            Proxy.ToServer.IsHeld = Proxy.ToClients.IsHeld = false;
        }
    }

    /// <summary>Rejoins as a probe does: again and again until it succeeds.</summary>
    public async Task RejoinedAsync(string[] keys, string[] tags)
    {
        while (true)
        {
            try
            {
                await Node.Tier.RejoinAsync(keys, tags, default);
                return;
            }
            catch (Exception e) when (e is TimeoutException or StackExchange.Redis.RedisException)
            {
                await Task.Yield();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        await Other.DisposeAsync();
        await Proxy.DisposeAsync();
    }
}
