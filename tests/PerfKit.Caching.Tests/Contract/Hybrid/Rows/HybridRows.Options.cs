using Microsoft.Extensions.Caching.Hybrid;
using PerfKit.Caching.Tests.Contract.Rows;

namespace PerfKit.Caching.Tests.Contract.Hybrid.Rows;

// HybridCacheEntryOptions: the flags one by one, and the expirations.
internal static partial class HybridRows
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    private static IEnumerable<ContractRow> Flags(HybridStand stand) =>
        [
            Row(
                stand,
                "DisableUnderlyingData gives nothing and calls no factory where nothing is cached",
                "HybridCacheEntryFlags.DisableUnderlyingData",
                () => OnlyCachedAsync(stand.Cache)
            ),
            Row(
                stand,
                "DisableUnderlyingData gives what is cached, and keeps nothing where nothing is",
                "HybridCacheEntryFlags.DisableUnderlyingData",
                () => OnlyCachedIsLeftAsync(stand.Cache)
            ),
            Row(
                stand,
                "DisableCompression changes nothing about the value",
                "HybridCacheEntryFlags.DisableCompression",
                () => UncompressedAsync(stand)
            ),
            Row(
                stand,
                "a value for which every write is disabled is given and not kept",
                "HybridCacheEntryFlags.DisableLocalCacheWrite, DisableDistributedCacheWrite",
                () => NotWrittenAsync(stand.Cache)
            ),
            Row(
                stand,
                "a value set with every write disabled is not kept",
                "HybridCacheEntryFlags.DisableLocalCacheWrite, DisableDistributedCacheWrite",
                () => NotSetAsync(stand.Cache)
            ),
            Row(
                stand,
                "with every read disabled the factory is called although a value is there, and its value replaces that",
                "HybridCacheEntryFlags.DisableLocalCacheRead, DisableDistributedCacheRead",
                () => NotReadAsync(stand.Cache)
            ),
            Row(
                stand,
                "flags are the cache's where the call has none, and the call's where it has",
                "HybridCacheOptions.DefaultEntryOptions",
                () => FlagsInheritedAsync(stand)
            ),
        ];

    private static IEnumerable<ContractRow> Expirations(HybridStand stand) =>
        [
            Row(
                stand,
                "a made value ends after its expiration, and not at once",
                "HybridCacheEntryOptions.Expiration",
                () => EndsAsync(stand.Cache, (cache, key) => MakeAsync(cache, key, For(Short)))
            ),
            Row(
                stand,
                "a set value ends after its expiration, and not at once",
                "HybridCacheEntryOptions.Expiration",
                () => EndsAsync(stand.Cache, (cache, key) => cache.SetAsync(key, "made", For(Short)))
            ),
            Row(
                stand,
                "a local expiration beyond the expiration does not lengthen it",
                "HybridCacheEntryOptions.LocalCacheExpiration, remarks",
                () => EndsAsync(stand.Cache, (cache, key) => MakeAsync(cache, key, For(Short, Long)))
            ),
            Row(
                stand,
                "the cache's expiration counts where the call has none",
                "HybridCacheOptions.DefaultEntryOptions",
                () => DefaultExpirationAsync(stand)
            ),
            Row(
                stand,
                "the call's expiration goes before the cache's",
                "HybridCacheOptions.DefaultEntryOptions",
                () => OwnExpirationAsync(stand)
            ),
            Row(
                stand,
                "behind its local expiration a value is not served from memory any more",
                "HybridCacheEntryOptions.LocalCacheExpiration",
                () => LocalEndsAsync(stand)
            ),
        ];

    private static ValueTask<string> MakeAsync(HybridCache cache, string key, HybridCacheEntryOptions options) =>
        cache.GetOrCreateAsync(key, new Maker().MakeAsync, options);

    private static async Task OnlyCachedAsync(HybridCache cache)
    {
        var (key, maker) = (NewKey(), new Maker());
        var only = With(HybridCacheEntryFlags.DisableUnderlyingData);
        Must(await cache.GetOrCreateAsync(key, maker.MakeAsync, only) is null, "it gives a value");
        var number = await cache.GetOrCreateAsync(NewKey(), static _ => ValueTask.FromResult(7), only);
        Must(number == 0, "it gives a number");
        Must(maker.Calls == 0, "the factory was called");
    }

    private static async Task OnlyCachedIsLeftAsync(HybridCache cache)
    {
        var (key, maker) = (NewKey(), new Maker());
        var only = With(HybridCacheEntryFlags.DisableUnderlyingData);
        await cache.GetOrCreateAsync(key, maker.MakeAsync, only);
        Must(await cache.GetOrCreateAsync(key, maker.MakeAsync) == "made", "a plain call gives what was not there");
        Must(await cache.GetOrCreateAsync(key, maker.MakeAsync, only) == "made", "it does not give what is cached");
        Must(maker.Calls == 1, $"the factory was called {maker.Calls} times");
    }

    private static async Task UncompressedAsync(HybridStand stand)
    {
        var (key, text) = (NewKey(), new string('a', 100_000));
        await stand.Cache.SetAsync(key, text, With(HybridCacheEntryFlags.DisableCompression));
        Must((await FindAsync<string>(stand.Cache, key)).Value == text, "this process reads something else");
        if (stand.HasTier)
        {
            Must((await FindAsync<string>(stand.Other, key)).Value == text, "another process reads something else");
        }
    }

    private static async Task NotWrittenAsync(HybridCache cache)
    {
        var (key, maker) = (NewKey(), new Maker());
        Must(
            await cache.GetOrCreateAsync(key, maker.MakeAsync, With(WriteNothing)) == "made",
            "it gives something else"
        );
        await cache.GetOrCreateAsync(key, maker.MakeAsync, With(WriteNothing));
        Must(maker.Calls == 2, "the second call finds it");
    }

    private static async Task NotSetAsync(HybridCache cache)
    {
        var key = NewKey();
        await cache.SetAsync(key, "set", With(WriteNothing));
        await HoldsAsync(cache, key, null, "it");
    }

    private static async Task NotReadAsync(HybridCache cache)
    {
        var key = NewKey();
        await cache.SetAsync(key, "old");
        var flags = HybridCacheEntryFlags.DisableLocalCacheRead | HybridCacheEntryFlags.DisableDistributedCacheRead;
        var made = await cache.GetOrCreateAsync(key, new Maker("new").MakeAsync, With(flags));
        Must(made == "new", "the call gives the old value");
        await HoldsAsync(cache, key, "new", "it");
    }

    private static async Task FlagsInheritedAsync(HybridStand stand)
    {
        var cache = await stand.MakeAsync(new HybridSettings { Entries = With(WriteNothing) });
        var (one, two) = (NewKey(), NewKey());
        await cache.GetOrCreateAsync(one, new Maker().MakeAsync, For(Long));
        await cache.GetOrCreateAsync(two, new Maker().MakeAsync, With(HybridCacheEntryFlags.None));
        await HoldsAsync(cache, one, null, "what the cache's flags do not write");
        await HoldsAsync(cache, two, "made", "what the call's flags write");
    }

    private static async Task EndsAsync(HybridCache cache, Func<HybridCache, string, ValueTask> write)
    {
        var key = NewKey();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await write(cache, key);
        var found = await FindAsync<string>(cache, key);
        Must(found.IsThere || clock.Elapsed >= Short / 2, "it is not there at once");
        await EventuallyAsync(async () => !(await FindAsync<string>(cache, key)).IsThere, "it does not end");
        Must(clock.Elapsed >= Short / 2, $"it ends after {clock.Elapsed.TotalMilliseconds:F0} ms already");
    }

    private static Task EndsAsync(HybridCache cache, Func<HybridCache, string, ValueTask<string>> write) =>
        EndsAsync(cache, async ValueTask (c, key) => await write(c, key));

    private static async Task DefaultExpirationAsync(HybridStand stand)
    {
        var cache = await stand.MakeAsync(new HybridSettings { Entries = For(Short) });
        await EndsAsync(cache, static (c, key) => MakeAsync(c, key, With(HybridCacheEntryFlags.DisableCompression)));
    }

    private static async Task OwnExpirationAsync(HybridStand stand)
    {
        var cache = await stand.MakeAsync(new HybridSettings { Entries = For(Short) });
        var (own, key) = (NewKey(), NewKey());
        await MakeAsync(cache, own, For(Long));
        await EndsAsync(cache, static (c, k) => MakeAsync(c, k, new HybridCacheEntryOptions()));
        await HoldsAsync(cache, own, "made", "what has an expiration of its own");
        await HoldsAsync(cache, key, null, "what was never made");
    }

    private static async Task LocalEndsAsync(HybridStand stand)
    {
        var key = NewKey();
        await MakeAsync(stand.Cache, key, For(Long, Short));
        await EventuallyAsync(
            async () =>
                !(await FindAsync<string>(stand.Cache, key, HybridCacheEntryFlags.DisableDistributedCacheRead)).IsThere,
            "it is served from memory for ever"
        );
        await HoldsAsync(stand.Cache, key, stand.HasTier ? "made" : null, "what is behind the memory");
    }
}
