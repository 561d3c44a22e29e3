using System.Globalization;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.TestKit;

namespace PerfKit.Caching.Tests.Redis;

/// <summary>Tiered caches over a Redis Cluster of three masters, one of which dies.</summary>
public sealed class TieredOverClusterTests
{
    private const int Keys = 100; // Over all 16 shards, and so over all masters.

    [SkippableFact]
    public async Task Values_and_tags_hold_over_all_masters_also_after_one_was_killed()
    {
        await using var cluster = await RedisCluster.StartPrivateAsync();
        await using var first = Process(cluster);
        await using var second = Process(cluster);
        var (one, two) = (Cache(first), Cache(second));

        await EventuallyAsync(() => SharesAsync(one, two, "before"));
        await cluster.Masters[0].KillAsync();
        (await MadeAsync(one, "meanwhile")).Should().HaveCount(Keys, "nobody waits for a cluster that is away");
        await cluster.UntilOkAsync(TimeSpan.FromSeconds(60));

        await EventuallyAsync(() => SharesAsync(one, two, "after"));
    }

    /// <summary>Whether one process finds all that the other made, and nothing of it when its tag was removed.</summary>
    private static async Task<bool> SharesAsync(HybridCache one, HybridCache two, string tag)
    {
        await one.RemoveByTagAsync(tag);
        var made = await MadeAsync(one, tag);
        if (!made.SequenceEqual(await MadeAsync(two, tag)))
        {
            return false;
        }

        await one.RemoveByTagAsync(tag);
        return !made.Intersect(await MadeAsync(one, tag)).Any();
    }

    private static async Task<List<Guid>> MadeAsync(HybridCache cache, string tag)
    {
        var made = new List<Guid>();
        for (var key = 0; key < Keys; key++)
        {
            made.Add(
                await cache.GetOrCreateAsync(
                    $"{tag}:{key}",
                    static _ => ValueTask.FromResult(Guid.NewGuid()),
                    tags: [tag]
                )
            );
        }

        return made;
    }

    private static ServiceProvider Process(RedisCluster cluster)
    {
        var services = new ServiceCollection();
        services.AddPerfKitTieredCache().AddRedis(o => o.Configuration = cluster.ConnectionString);
        return services.BuildServiceProvider();
    }

    private static HybridCache Cache(ServiceProvider process) => process.GetRequiredService<HybridCache>();

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
