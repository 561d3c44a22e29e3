using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace PerfKit.Caching.Internal.Distributed;

/// <summary>Makes the cache of a name, on a connection of its own or on the one of the services.</summary>
internal static class RedisCacheFactory
{
    private const int RetryMilliseconds = 250;
    private static readonly TimeSpan LongestBeat = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LeastConnectTimeout = TimeSpan.FromSeconds(1);

    public static RedisDistributedCache Create(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<PerfKitRedisCacheOptions>>().Get(name);
        var clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
        var instance = options.InstanceName ?? name;
        return options.Configuration is { } configuration
            ? new(Connect(configuration, options.CommandTimeout), isOwner: true, instance, clock)
            : new(Shared(services, name), isOwner: false, instance, clock);
    }

    private static IConnectionMultiplexer Shared(IServiceProvider services, string name) =>
        services.GetKeyedService<IConnectionMultiplexer>(name) ?? services.GetRequiredService<IConnectionMultiplexer>();

    /// <summary>Waits for Redis no longer than the connection's timeout, and gives a connection that heals when it is away.</summary>
    private static ConnectionMultiplexer Connect(string configuration, TimeSpan timeout)
    {
        // Time-outs are found at a beat: with the beat subtracted, a call ends within what was asked for.
        var beat = timeout / 10 < LongestBeat ? timeout / 10 : LongestBeat;
        var wait = (int)(timeout - beat).TotalMilliseconds;
        var connect = timeout > LeastConnectTimeout ? timeout : LeastConnectTimeout;
        var options = ConfigurationOptions.Parse(configuration);
        options.AbortOnConnectFail = false;
        options.AsyncTimeout = wait;
        options.SyncTimeout = wait;
        options.HeartbeatInterval = beat;
        options.ConnectTimeout = (int)connect.TotalMilliseconds;
        options.ConnectRetry = 1;
        options.ReconnectRetryPolicy = new LinearRetry(RetryMilliseconds);
        options.BacklogPolicy = BacklogPolicy.FailFast;
        return ConnectionMultiplexer.Connect(options);
    }
}
