using Microsoft.Extensions.Caching.Hybrid;
using PerfKit.Caching.Tests.Contract.Rows;

namespace PerfKit.Caching.Tests.Contract.Hybrid.Rows;

// What is to be said only where something is behind the cache.
internal static partial class HybridRows
{
    private static IEnumerable<ContractRow> TierFlags(HybridStand stand) =>
        [
            Row(
                stand,
                "DisableLocalCacheRead: the value comes from behind, and no factory is called",
                "HybridCacheEntryFlags.DisableLocalCacheRead",
                () => ReadBehindAsync(stand)
            ),
            Row(
                stand,
                "DisableLocalCacheWrite: memory has nothing, what is behind has the value",
                "HybridCacheEntryFlags.DisableLocalCacheWrite",
                () => WrittenAsync(stand, HybridCacheEntryFlags.DisableLocalCacheWrite, inMemory: false, behind: true)
            ),
            Row(
                stand,
                "DisableDistributedCacheWrite: memory has the value, another process does not find it",
                "HybridCacheEntryFlags.DisableDistributedCacheWrite",
                () =>
                    WrittenAsync(
                        stand,
                        HybridCacheEntryFlags.DisableDistributedCacheWrite,
                        inMemory: true,
                        behind: false
                    )
            ),
            Row(
                stand,
                "DisableLocalCache: neither read from memory nor written to it",
                "HybridCacheEntryFlags.DisableLocalCache",
                () => WrittenAsync(stand, HybridCacheEntryFlags.DisableLocalCache, inMemory: false, behind: true)
            ),
            Row(
                stand,
                "DisableDistributedCache: neither read from behind nor written there",
                "HybridCacheEntryFlags.DisableDistributedCache",
                () => NothingBehindAsync(stand)
            ),
            Row(
                stand,
                "DisableDistributedCacheRead: what another process wrote is not read",
                "HybridCacheEntryFlags.DisableDistributedCacheRead",
                () => NotReadBehindAsync(stand)
            ),
            Row(
                stand,
                "DisableUnderlyingData gives what only another process has made",
                "HybridCacheEntryFlags.DisableUnderlyingData",
                async () =>
                {
                    var (key, maker) = (NewKey(), new Maker("own"));
                    await stand.Other.SetAsync(key, "other");
                    var only = With(HybridCacheEntryFlags.DisableUnderlyingData);
                    Must(await stand.Cache.GetOrCreateAsync(key, maker.MakeAsync, only) == "other", "it does not");
                    Must(maker.Calls == 0, "the factory was called");
                }
            ),
        ];

    private static IEnumerable<ContractRow> Tiers(HybridStand stand) =>
        [
            Row(
                stand,
                "a miss in memory asks what is behind before the factory",
                "Learn, Get and store cache entries",
                async () =>
                {
                    var (key, maker) = (NewKey(), new Maker("own"));
                    await stand.Other.SetAsync(key, "other");
                    Must(await stand.Cache.GetOrCreateAsync(key, maker.MakeAsync) == "other", "it does not");
                    Must(maker.Calls == 0, "the factory was called");
                }
            ),
            Row(stand, "what was removed is gone from behind too", Removed, () => RemovedBehindAsync(stand)),
            Row(stand, "what a tag removed is gone from behind too", ByTag, () => TagRemovedBehindAsync(stand)),
            Row(stand, "what * removed is gone from behind too", ByTag, () => EverythingBehindAsync(stand)),
            Row(
                stand,
                "what is read from behind lives no longer than what is left of its life",
                "HybridCacheEntryOptions.LocalCacheExpiration, remarks",
                () => RemainingLifeAsync(stand)
            ),
            Row(
                stand,
                "with what is behind broken, values are made, set and kept in memory",
                "Learn, Cache storage; an unreliable secondary cache",
                () => BrokenWritesAsync(stand)
            ),
            Row(
                stand,
                "with what is behind broken, values are removed from memory and no call fails",
                "Learn, Cache storage; an unreliable secondary cache",
                () => BrokenRemovalsAsync(stand)
            ),
            .. stand.IsOverDistributed
                ? new[]
                {
                    Row(
                        stand,
                        "damaged bytes behind are as good as nothing",
                        "Learn, Cache storage; an unreliable secondary cache",
                        () => DamagedAsync(stand)
                    ),
                }
                : [],
        ];

    private static async Task NotReadBehindAsync(HybridStand stand)
    {
        var key = NewKey();
        await stand.Other.SetAsync(key, "other");
        var found = await FindAsync<string>(stand.Cache, key, HybridCacheEntryFlags.DisableDistributedCacheRead);
        Must(!found.IsThere, "it is read");
    }

    private static async Task ReadBehindAsync(HybridStand stand)
    {
        var (key, maker) = (NewKey(), new Maker("own"));
        await stand.Cache.SetAsync(key, "in memory", With(HybridCacheEntryFlags.DisableDistributedCacheWrite));
        await stand.Other.SetAsync(key, "behind", With(HybridCacheEntryFlags.DisableLocalCacheWrite));
        var read = await stand.Cache.GetOrCreateAsync(
            key,
            maker.MakeAsync,
            With(HybridCacheEntryFlags.DisableLocalCacheRead)
        );
        Must(read == "behind", $"the value is '{read}'");
        Must(maker.Calls == 0, "the factory was called");
    }

    private static async Task WrittenAsync(HybridStand stand, HybridCacheEntryFlags flags, bool inMemory, bool behind)
    {
        var (made, set) = (NewKey(), NewKey());
        await stand.Cache.GetOrCreateAsync(made, new Maker().MakeAsync, With(flags));
        await stand.Cache.SetAsync(set, "set", With(flags));
        foreach (var key in new[] { made, set })
        {
            var here = await FindAsync<string>(stand.Cache, key, HybridCacheEntryFlags.DisableDistributedCacheRead);
            Must(here.IsThere == inMemory, $"memory has {(here.IsThere ? "it" : "nothing")}");
            var there = await FindAsync<string>(stand.Other, key);
            Must(there.IsThere == behind, $"another process finds {(there.IsThere ? "it" : "nothing")}");
        }
    }

    private static async Task NothingBehindAsync(HybridStand stand)
    {
        await WrittenAsync(stand, HybridCacheEntryFlags.DisableDistributedCache, inMemory: true, behind: false);
        var key = NewKey();
        await stand.Other.SetAsync(key, "other");
        var made = await stand.Cache.GetOrCreateAsync(
            key,
            new Maker("own").MakeAsync,
            With(HybridCacheEntryFlags.DisableDistributedCache)
        );
        Must(made == "own", "it is read from behind");
    }

    private static async Task RemovedBehindAsync(HybridStand stand)
    {
        var keys = new[] { NewKey(), NewKey(), NewKey() };
        foreach (var key in keys)
        {
            await stand.Cache.SetAsync(key, "set");
        }

        await stand.Cache.RemoveAsync(keys[0]);
        await stand.Cache.RemoveAsync(keys[1..]);
        foreach (var key in keys)
        {
            await HoldsAsync(stand.Other, key, null, "what another process finds");
        }
    }

    private static async Task TagRemovedBehindAsync(HybridStand stand)
    {
        var (key, other, tag) = (NewKey(), NewKey(), NewKey());
        await stand.Cache.SetAsync(key, "set", tags: [tag]);
        await stand.Cache.SetAsync(other, "set");
        await stand.Cache.RemoveByTagAsync(tag);
        await EventuallyAsync(
            async () => !(await FindAsync<string>(stand.Other, key)).IsThere,
            "another process finds it for seconds"
        );
        await HoldsAsync(stand.Other, other, "set", "what had no tag");
    }

    private static async Task EverythingBehindAsync(HybridStand stand)
    {
        var settings = new HybridSettings { World = NewKey() };
        var (cache, other) = (await stand.MakeAsync(settings), await stand.MakeAsync(settings));
        var key = NewKey();
        await cache.SetAsync(key, "set");
        await cache.RemoveByTagAsync("*");
        await EventuallyAsync(
            async () => !(await FindAsync<string>(other, key)).IsThere,
            "another process finds it for seconds"
        );
    }

    private static async Task RemainingLifeAsync(HybridStand stand)
    {
        string key;
        Maker maker;
        do
        {
            (key, maker) = (NewKey(), new Maker());
            await stand.Cache.SetAsync(key, "made", For(4 * Short));
            await stand.Other.GetOrCreateAsync(key, maker.MakeAsync, For(Long));
        } while (maker.Calls > 0); // It had ended before it was read.

        await EventuallyAsync(
            async () => !(await FindAsync<string>(stand.Cache, key)).IsThere,
            "what was written does not end"
        );
        await EventuallyAsync(
            async () => !(await FindAsync<string>(stand.Other, key)).IsThere,
            "what was read does not end with it"
        );
    }

    private static async Task BrokenWritesAsync(HybridStand stand)
    {
        var cache = await stand.MakeAsync(new HybridSettings { IsTierBroken = true, World = NewKey() });
        var (key, maker) = (NewKey(), new Maker());
        Must(await cache.GetOrCreateAsync(key, maker.MakeAsync) == "made", "nothing is made");
        Must(await cache.GetOrCreateAsync(key, maker.MakeAsync) == "made", "nothing is kept");
        Must(maker.Calls == 1, $"the factory was called {maker.Calls} times");
        await cache.SetAsync(key, "set");
        await HoldsAsync(cache, key, "set", "what was set");
    }

    private static async Task BrokenRemovalsAsync(HybridStand stand)
    {
        var cache = await stand.MakeAsync(new HybridSettings { IsTierBroken = true, World = NewKey() });
        var (key, tag) = (NewKey(), NewKey());
        await cache.SetAsync(key, "set", tags: [tag]);
        await cache.RemoveAsync(key);
        await HoldsAsync(cache, key, null, "what was removed");
        await cache.SetAsync(key, "again", tags: [tag]);
        await cache.RemoveByTagAsync(tag);
        await HoldsAsync(cache, key, null, "what a tag removed");
    }

    private static async Task DamagedAsync(HybridStand stand)
    {
        var settings = new HybridSettings { World = NewKey() };
        var (cache, key) = (await stand.MakeAsync(settings), NewKey());
        var other = await stand.MakeAsync(settings with { IsTierDamaged = true });
        await cache.SetAsync(key, "set");
        Must(await other.GetOrCreateAsync(key, new Maker("own").MakeAsync) == "own", "it is read");
    }
}
