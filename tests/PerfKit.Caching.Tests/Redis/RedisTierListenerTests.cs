using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Caching.Internal.RedisTiers;
using PerfKit.TestKit;

namespace PerfKit.Caching.Tests.Redis;

/// <summary>Those who listen may fail: the tier goes on.</summary>
public sealed class RedisTierListenerTests
{
    [SkippableFact]
    public async Task A_listener_of_the_lag_that_throws_does_not_end_the_heartbeats()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        var beats = 0;
        var thrice = new TaskCompletionSource();
        using var faulty = new MeterListener();
        faulty.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "perfkit.cache.tier.lag" && instrument.Meter.Scope == meters)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        faulty.SetMeasurementEventCallback<double>(
            (_, _, _, _) =>
            {
                if (++beats == 3)
                {
                    thrice.SetResult();
                }

                throw new InvalidDataException("Not the tier's fault.");
            }
        );
        faulty.Start();
        await using var tier = await TierAsync(meters);
        using var listening = tier.Listen(new HeardChanges());

        await thrice.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [SkippableFact]
    public async Task A_cache_that_throws_when_told_does_not_end_the_heartbeats()
    {
        await using var tier = await TierAsync(null);
        var cache = new FaultyCache();
        using var listening = tier.Listen(cache);
        await cache.Heard.UntilAsync("restored");
        cache.IsFaulty = true;
        var shard = tier.Shards[0];

        await shard.Database.KeyDeleteAsync(shard.Names.Versions); // Found by a heartbeat.

        await cache.Heard.UntilAsync("restored");
    }

    private static async Task<RedisTier> TierAsync(IMeterFactory? meters)
    {
        var server = await RedisServer.SharedAsync();
        var options = new RedisTierOptions
        {
            Configuration = server.ConnectionString,
            CommandTimeout = TimeSpan.FromSeconds(5),
            HeartbeatInterval = TimeSpan.FromMilliseconds(100),
        };
        return new RedisTier(TierNode.NewName(), options, TimeProvider.System, shared: null, meters);
    }

    private sealed class FaultyCache : ICacheTierListener
    {
        public HeardChanges Heard { get; } = new();

        public bool IsFaulty { get; set; }

        public void Removed(string key) => Heard.Removed(key);

        public void TagRemoved(string tag) => Heard.TagRemoved(tag);

        public void Lost()
        {
            if (IsFaulty)
            {
                throw new InvalidDataException("Not the tier's fault.");
            }
        }

        public void Restored() => Heard.Restored();
    }
}
