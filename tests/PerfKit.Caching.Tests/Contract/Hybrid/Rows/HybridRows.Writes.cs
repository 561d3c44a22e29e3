using Microsoft.Extensions.Caching.Hybrid;
using PerfKit.Caching.Tests.Contract.Rows;

namespace PerfKit.Caching.Tests.Contract.Hybrid.Rows;

// SetAsync, RemoveAsync and RemoveByTagAsync.
internal static partial class HybridRows
{
    private const string Removed = "Learn, Remove cache entries by key";
    private const string ByTag = "Learn, Remove cache entries by tag";

    private static IEnumerable<ContractRow> Sets(HybridStand stand) =>
        [
            Row(
                stand,
                "a set value is there and no factory is called",
                "SetAsync",
                async () =>
                {
                    var (key, maker) = (NewKey(), new Maker());
                    await stand.Cache.SetAsync(key, "set");
                    Must(await stand.Cache.GetOrCreateAsync(key, maker.MakeAsync) == "set", "it gives something else");
                    Must(maker.Calls == 0, "the factory was called");
                }
            ),
            Row(
                stand,
                "setting overwrites what was set or made",
                "SetAsync",
                async () =>
                {
                    var key = NewKey();
                    await stand.Cache.GetOrCreateAsync(key, new Maker().MakeAsync);
                    await stand.Cache.SetAsync(key, "set");
                    await HoldsAsync(stand.Cache, key, "set", "it");
                    await stand.Cache.SetAsync(key, "set again");
                    await HoldsAsync(stand.Cache, key, "set again", "it");
                }
            ),
            Row(
                stand,
                "a set value has the tags of the call, and no longer those of the value before",
                "SetAsync, tags",
                () => SetTagsAsync(stand.Cache)
            ),
        ];

    private static IEnumerable<ContractRow> Removals(HybridStand stand) =>
        [
            Row(stand, "a removed value is gone and can be made again", Removed, () => RemovedAsync(stand.Cache)),
            Row(
                stand,
                "removing what is not there is no error",
                "RemoveAsync, if it exists",
                async () => await stand.Cache.RemoveAsync(NewKey())
            ),
            Row(stand, "a collection of keys removes each of them", Removed, () => RemovedManyAsync(stand.Cache)),
            Row(
                stand,
                "null for a collection of keys is none",
                "RemoveAsync, null as empty",
                async () => await stand.Cache.RemoveAsync((IEnumerable<string>)null!)
            ),
            Row(
                stand,
                "an empty collection of keys removes nothing",
                "RemoveAsync",
                async () =>
                {
                    var key = NewKey();
                    await stand.Cache.SetAsync(key, "set");
                    await stand.Cache.RemoveAsync([]);
                    await HoldsAsync(stand.Cache, key, "set", "it");
                }
            ),
        ];

    private static IEnumerable<ContractRow> Tags(HybridStand stand) =>
        [
            Row(stand, "a tag removes all that has it, and nothing else", ByTag, () => TagRemovesAsync(stand.Cache)),
            Row(stand, "each of several tags removes what has it", ByTag, () => EachTagRemovesAsync(stand.Cache)),
            Row(
                stand,
                "a collection of tags removes what has any of them",
                ByTag,
                async () =>
                {
                    var tags = new[] { NewKey(), NewKey() };
                    var keys = new[] { NewKey(), NewKey(), NewKey() };
                    await stand.Cache.SetAsync(keys[0], "set", tags: [tags[0]]);
                    await stand.Cache.SetAsync(keys[1], "set", tags: [tags[1]]);
                    await stand.Cache.SetAsync(keys[2], "set", tags: [NewKey()]);
                    await stand.Cache.RemoveByTagAsync(tags);
                    await HoldsAsync(stand.Cache, keys[0], null, "the first");
                    await HoldsAsync(stand.Cache, keys[1], null, "the second");
                    await HoldsAsync(stand.Cache, keys[2], "set", "the third");
                }
            ),
            Row(
                stand,
                "null for a collection of tags is none",
                "RemoveByTagAsync, null as empty",
                async () => await stand.Cache.RemoveByTagAsync((IEnumerable<string>)null!)
            ),
            Row(
                stand,
                "an empty collection of tags removes nothing",
                "RemoveByTagAsync",
                async () =>
                {
                    var key = NewKey();
                    await stand.Cache.SetAsync(key, "set", tags: [NewKey()]);
                    await stand.Cache.RemoveByTagAsync([]);
                    await HoldsAsync(stand.Cache, key, "set", "it");
                }
            ),
            Row(
                stand,
                "a tag that nothing has may be removed",
                "RemoveByTagAsync",
                async () => await stand.Cache.RemoveByTagAsync(NewKey())
            ),
            Row(stand, "what is made after a removal of its tag is there", ByTag, () => TagAgainAsync(stand.Cache)),
            Row(
                stand,
                "no tags, as null or as none, are allowed",
                "GetOrCreateAsync, tags",
                () => NoTagsAsync(stand.Cache)
            ),
            Row(
                stand,
                "the tags are those of the call, whatever becomes of the collection",
                "GetOrCreateAsync, tags",
                () => TagsAreReadAsync(stand.Cache)
            ),
            Row(
                stand,
                "* removes everything, also what has no tag, and what is made afterwards is there",
                "Learn, Removing all cache entries",
                () => EverythingAsync(stand)
            ),
        ];

    private static async Task SetTagsAsync(HybridCache cache)
    {
        var (key, before, after) = (NewKey(), NewKey(), NewKey());
        await cache.SetAsync(key, "one", tags: [before]);
        await cache.SetAsync(key, "two", tags: [after]);
        await cache.RemoveByTagAsync(before);
        await HoldsAsync(cache, key, "two", "what no longer has the tag");
        await cache.RemoveByTagAsync(after);
        await HoldsAsync(cache, key, null, "what has the tag");
    }

    private static async Task RemovedAsync(HybridCache cache)
    {
        var (key, other) = (NewKey(), NewKey());
        await cache.SetAsync(key, "set");
        await cache.SetAsync(other, "other");
        await cache.RemoveAsync(key);
        await HoldsAsync(cache, key, null, "what was removed");
        await HoldsAsync(cache, other, "other", "what was not");
        Must(await cache.GetOrCreateAsync(key, new Maker("again").MakeAsync) == "again", "it is not made again");
        await HoldsAsync(cache, key, "again", "what was made again");
    }

    private static async Task RemovedManyAsync(HybridCache cache)
    {
        var keys = new[] { NewKey(), NewKey(), NewKey(), NewKey() };
        foreach (var key in keys)
        {
            await cache.SetAsync(key, "set");
        }

        await cache.RemoveAsync([keys[0], keys[1], keys[1], NewKey(), keys[2]]);
        foreach (var key in keys[..3])
        {
            await HoldsAsync(cache, key, null, "what was removed");
        }

        await HoldsAsync(cache, keys[3], "set", "what was not");
    }

    private static async Task TagRemovesAsync(HybridCache cache)
    {
        var (one, two, other, none, tag) = (NewKey(), NewKey(), NewKey(), NewKey(), NewKey());
        await cache.SetAsync(one, "set", tags: [tag]);
        await cache.GetOrCreateAsync(two, new Maker().MakeAsync, tags: [tag]);
        await cache.SetAsync(other, "set", tags: [NewKey()]);
        await cache.SetAsync(none, "set");
        await cache.RemoveByTagAsync(tag);
        await HoldsAsync(cache, one, null, "what was set with it");
        await HoldsAsync(cache, two, null, "what was made with it");
        await HoldsAsync(cache, other, "set", "what has another tag");
        await HoldsAsync(cache, none, "set", "what has none");
    }

    private static async Task EachTagRemovesAsync(HybridCache cache)
    {
        var tags = new[] { NewKey(), NewKey(), NewKey() };
        foreach (var tag in tags)
        {
            var key = NewKey();
            await cache.GetOrCreateAsync(key, new Maker().MakeAsync, tags: tags);
            await HoldsAsync(cache, key, "made", "it");
            await cache.RemoveByTagAsync(tag);
            await HoldsAsync(cache, key, null, "what has the tag beside others");
        }
    }

    private static async Task TagAgainAsync(HybridCache cache)
    {
        var (key, tag) = (NewKey(), NewKey());
        await cache.SetAsync(key, "old", tags: [tag]);
        await cache.RemoveByTagAsync(tag);
        Must(
            await cache.GetOrCreateAsync(key, new Maker("new").MakeAsync, tags: [tag]) == "new",
            "the old value is given"
        );
        await HoldsAsync(cache, key, "new", "what was made afterwards");
        await cache.RemoveByTagAsync(tag);
        await HoldsAsync(cache, key, null, "what a second removal removed");
    }

    private static async Task NoTagsAsync(HybridCache cache)
    {
        var (one, two) = (NewKey(), NewKey());
        await cache.SetAsync(one, "set", tags: null);
        await cache.SetAsync(two, "set", tags: []);
        await HoldsAsync(cache, one, "set", "it");
        await HoldsAsync(cache, two, "set", "it");
    }

    private static async Task TagsAreReadAsync(HybridCache cache)
    {
        var (key, tag) = (NewKey(), NewKey());
        var tags = new List<string> { tag };
        await cache.GetOrCreateAsync(key, new Maker().MakeAsync, tags: tags);
        tags[0] = NewKey();
        await cache.RemoveByTagAsync(tags[0]);
        await HoldsAsync(cache, key, "made", "what never had the tag");
        await cache.RemoveByTagAsync(tag);
        await HoldsAsync(cache, key, null, "what had the tag when it was made");
    }

    private static async Task EverythingAsync(HybridStand stand)
    {
        var cache = await stand.MakeAsync(new HybridSettings { World = NewKey() });
        var (one, two) = (NewKey(), NewKey());
        await cache.SetAsync(one, "set", tags: [NewKey()]);
        await cache.SetAsync(two, "set");
        await cache.RemoveByTagAsync("*");
        await HoldsAsync(cache, one, null, "what has a tag");
        await HoldsAsync(cache, two, null, "what has none");
        await cache.SetAsync(two, "again", tags: [NewKey()]);
        await HoldsAsync(cache, two, "again", "what was set afterwards");
    }
}
