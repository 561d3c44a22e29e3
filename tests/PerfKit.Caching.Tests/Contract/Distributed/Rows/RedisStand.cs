using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.TestKit;
using StackExchange.Redis;

namespace PerfKit.Caching.Tests.Contract.Distributed.Rows;

/// <summary>Our caches on a real Redis, and a look into it beside them.</summary>
internal sealed class RedisStand : IAsyncDisposable
{
    private readonly List<ServiceProvider> _services = [];
    private readonly ConnectionMultiplexer _client;

    private RedisStand(ConnectionMultiplexer client, string connectionString)
    {
        _client = client;
        ConnectionString = connectionString;
        Redis = client.GetDatabase();
        Cache = Make("contract", TimeProvider.System);
    }

    public string ConnectionString { get; }

    public IDatabase Redis { get; }

    /// <summary>The cache that rows ask.</summary>
    public IDistributedCache Cache { get; }

    /// <summary>On the server that all tests of the process share; skips the test where there is none.</summary>
    public static async Task<RedisStand> StartAsync()
    {
        var server = await RedisServer.SharedAsync();
        return new RedisStand(
            await ConnectionMultiplexer.ConnectAsync(server.ConnectionString),
            server.ConnectionString
        );
    }

    /// <summary>Another process, as it were: a connection and a clock of its own.</summary>
    public IDistributedCache Make(string instance, TimeProvider clock)
    {
        var services = new ServiceCollection()
            .AddSingleton(clock)
            .AddPerfKitRedisCache(configure: o =>
            {
                o.Configuration = ConnectionString;
                o.InstanceName = instance;
            })
            .BuildServiceProvider();
        _services.Add(services);
        return services.GetRequiredService<IDistributedCache>();
    }

    /// <summary>The key in Redis.</summary>
    public static RedisKey Stored(string key) => $"pkd:contract:{key}";

    /// <summary>How long the entry lives on; null for ever.</summary>
    public Task<TimeSpan?> LeftAsync(string key) => Redis.KeyTimeToLiveAsync(Stored(key));

    /// <summary>As if so much time had passed that this much of its life is left.</summary>
    public Task AgeAsync(string key, TimeSpan left) => Redis.KeyExpireAsync(Stored(key), left);

    public async ValueTask DisposeAsync()
    {
        foreach (var services in _services)
        {
            await services.DisposeAsync();
        }

        await _client.DisposeAsync();
    }
}

/// <summary>A clock that is right but for a constant.</summary>
internal sealed class SkewedClock(TimeSpan skew) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + skew;
}
