using Microsoft.AspNetCore.OutputCaching;
using PerfKit.Caching.Tests.Contract.Rows;

namespace PerfKit.Caching.Tests.Contract.Output.Rows;

/// <summary>
/// What IOutputCacheStore and IOutputCacheBufferStore document, and what ASP.NET's tests ask of its own stores
/// (MemoryOutputCacheStoreTests, OutputCacheGetSetTests). A sentence names its place in brackets.
/// </summary>
internal static class OutputRows
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    /// <summary>All rows that can be asked of the stand's stores.</summary>
    public static IReadOnlyList<ContractRow> All(OutputStand stand) =>
        [
            .. Of(stand, OutputWay.Bytes),
            .. stand.Store is IOutputCacheBufferStore ? Of(stand, OutputWay.Buffers) : [],
            .. Arguments(stand),
            .. stand.Other is { } other ? Shared(stand, other).Select(static row => row.OnceMore()) : [],
        ];

    public static string NewKey() => $"GET\u001eHTTP\u001eHOST/{Guid.NewGuid():N}\u001eQ\u001eA=1\u001f2";

    public static async Task EventuallyAsync(Func<Task<bool>> holds, string otherwise)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        while (!await holds())
        {
            ContractRow.Must(!limit.IsCancellationRequested, otherwise);
            await Task.Delay(5); // A pause, because spinning would starve what is waited for.
        }
    }

    private static IEnumerable<ContractRow> Of(OutputStand stand, OutputWay way)
    {
        var store = stand.Store;
        return
        [
            .. new[] { 0, 1, 1_017, 64 * 1024, 1 << 20 }.Select(length =>
                Row(
                    $"a response of {length} bytes is read as it was set",
                    "CanFetchStoredValue",
                    () => ReadAsSetAsync(store, way, length)
                )
            ),
            Row(
                "a key without a response gives nothing",
                "GetAsync, otherwise null",
                () => HoldsAsync(store, way, NewKey(), null, "it")
            ),
            Row("a response ends after its time, and not at once", "SetAsync, validFor", () => EndsAsync(store, way)),
            Row("setting replaces the response that is there", "SetAsync", () => ReplacedAsync(store, way)),
            Row("a tag evicts all that has it, and nothing else", "CanEvictByTag", () => TagEvictsAsync(store, way)),
            Row(
                "each of several tags evicts what has it",
                "EvictByTag_MultipleTags_MultipleEntries",
                () => EachTagEvictsAsync(store, way)
            ),
            Row(
                "what is set after an eviction of its tag is there",
                "EvictByTagAsync",
                () => SetAfterEvictionAsync(store, way)
            ),
            Row("a tag given twice is one tag", "SetAsync, tags", () => TwiceAsync(store, way)),
            Row("* is a tag like others", "EvictByTagAsync, the tag to evict", () => StarAsync(store, way)),
            Row("the empty text is a tag", "Store_Throws_OnInvalidTag, null alone", () => EmptyTagAsync(store, way)),
            Row("no tags, as null or as none, are allowed", "SetAsync, tags", () => NoTagsAsync(store, way)),
            Row(
                "a key of 2,000 characters is kept",
                "the middleware's keys have no bound",
                () => LongAsync(store, way)
            ),
        ];

        ContractRow Row(string says, string source, Func<Task> check) =>
            new($"{stand.Name}: {way.Name}: {says} [{source}]", _ => check());
    }

    private static IEnumerable<ContractRow> Arguments(OutputStand stand)
    {
        var store = stand.Store;
        return
        [
            Row(
                "setting under a null key throws",
                "StoreNullKey_ThrowsException",
                async () => await store.SetAsync(null!, [1], null, Short, default)
            ),
            Row(
                "setting a null response throws",
                "StoreNullValue_ThrowsException",
                async () => await store.SetAsync(NewKey(), null!, null, Short, default)
            ),
            Row("reading a null key throws", "GetAsync, key", async () => await store.GetAsync(null!, default)),
            Row(
                "a tag that is null throws",
                "Store_Throws_OnInvalidTag",
                async () => await store.SetAsync(NewKey(), [1], [null!], Short, default)
            ),
            Row(
                "evicting a tag that is null throws",
                "EvictByTagAsync, tag",
                async () => await store.EvictByTagAsync(null!, default)
            ),
            new ContractRow(
                $"{stand.Name}: evicting a tag that nothing has is no error, also twice [CanEvictByTag, second round]",
                async _ =>
                {
                    var tag = NewKey();
                    await store.EvictByTagAsync(tag, default);
                    await store.EvictByTagAsync(tag, default);
                }
            ),
        ];

        ContractRow Row(string says, string source, Func<Task> call) =>
            new($"{stand.Name}: {says} [{source}]", _ => ContractRow.ThrowsAsync<ArgumentException>(call, "it"));
    }

    private static IEnumerable<ContractRow> Shared(OutputStand stand, IOutputCacheStore other)
    {
        yield return new ContractRow(
            $"{stand.Name}: another process finds what was set [Learn, Output caching: Redis]",
            async _ =>
            {
                var (key, value) = (NewKey(), Response(5_000));
                await OutputWay.Bytes.SetAsync(stand.Store, key, value);
                await HoldsAsync(other, OutputWay.Bytes, key, value, "it");
            }
        );
        yield return new ContractRow(
            $"{stand.Name}: what one process evicts another does not send [Learn, Output caching: evict by tag]",
            async _ =>
            {
                var (key, tag) = (NewKey(), NewKey());
                await OutputWay.Bytes.SetAsync(stand.Store, key, [1], [tag]);
                await stand.Store.EvictByTagAsync(tag, default);
                await EventuallyAsync(
                    async () => await other.GetAsync(key, default) is null,
                    "another process has it for seconds"
                );
            }
        );
    }

    private static async Task ReadAsSetAsync(IOutputCacheStore store, OutputWay way, int length)
    {
        var (key, value) = (NewKey(), Response(length));
        await way.SetAsync(store, key, value);
        await HoldsAsync(store, way, key, value, "it");
        await HoldsAsync(store, way, key, value, "a second read");
    }

    private static async Task EndsAsync(IOutputCacheStore store, OutputWay way)
    {
        var key = NewKey();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await way.SetAsync(store, key, [1], validFor: Short);
        var found = await way.GetAsync(store, key);
        ContractRow.Must(found is not null || clock.Elapsed >= Short / 2, "it is not there at once");
        await EventuallyAsync(async () => await way.GetAsync(store, key) is null, "it does not end");
        ContractRow.Must(clock.Elapsed >= Short / 2, $"it ends after {clock.Elapsed.TotalMilliseconds:F0} ms already");
    }

    private static async Task ReplacedAsync(IOutputCacheStore store, OutputWay way)
    {
        var (key, value) = (NewKey(), Response(3));
        await way.SetAsync(store, key, Response(5_000));
        await way.SetAsync(store, key, value);
        await HoldsAsync(store, way, key, value, "it");
    }

    private static async Task TagEvictsAsync(IOutputCacheStore store, OutputWay way)
    {
        var (foo, bar) = (NewKey(), NewKey());
        var (ofFoo, ofBar, ofBoth, ofNone) = (NewKey(), NewKey(), NewKey(), NewKey());
        byte[] value = [1, 2, 3];
        await way.SetAsync(store, ofNone, value);
        await way.SetAsync(store, ofFoo, value, [foo]);
        await way.SetAsync(store, ofBar, value, [bar]);
        await way.SetAsync(store, ofBoth, value, [foo, bar]);
        await store.EvictByTagAsync(foo, default);
        await HoldsAsync(store, way, ofFoo, null, "what has the tag");
        await HoldsAsync(store, way, ofBoth, null, "what has it beside another");
        await HoldsAsync(store, way, ofBar, value, "what has another");
        await HoldsAsync(store, way, ofNone, value, "what has none");
        await store.EvictByTagAsync(bar, default);
        await HoldsAsync(store, way, ofBar, null, "what has the other tag");
        await HoldsAsync(store, way, ofNone, value, "what has none");
    }

    private static async Task EachTagEvictsAsync(IOutputCacheStore store, OutputWay way)
    {
        var tags = new[] { NewKey(), NewKey(), NewKey() };
        foreach (var tag in tags)
        {
            var key = NewKey();
            await way.SetAsync(store, key, [1], tags);
            await store.EvictByTagAsync(tag, default);
            await HoldsAsync(store, way, key, null, "what has the tag beside others");
        }
    }

    private static async Task SetAfterEvictionAsync(IOutputCacheStore store, OutputWay way)
    {
        var (key, tag) = (NewKey(), NewKey());
        await way.SetAsync(store, key, [1], [tag]);
        await store.EvictByTagAsync(tag, default);
        await way.SetAsync(store, key, [2], [tag]);
        await HoldsAsync(store, way, key, [2], "it");
        await store.EvictByTagAsync(tag, default);
        await HoldsAsync(store, way, key, null, "what a second eviction evicted");
    }

    private static async Task TwiceAsync(IOutputCacheStore store, OutputWay way)
    {
        var (key, tag) = (NewKey(), NewKey());
        await way.SetAsync(store, key, [1], [tag, tag]);
        await HoldsAsync(store, way, key, [1], "it");
        await store.EvictByTagAsync(tag, default);
        await HoldsAsync(store, way, key, null, "what has the tag");
    }

    private static async Task StarAsync(IOutputCacheStore store, OutputWay way)
    {
        var (star, other) = (NewKey(), NewKey());
        await way.SetAsync(store, star, [1], ["*"]);
        await way.SetAsync(store, other, [1], [NewKey()]);
        await store.EvictByTagAsync("*", default);
        await HoldsAsync(store, way, star, null, "what has it");
        await HoldsAsync(store, way, other, [1], "what has another");
    }

    private static async Task EmptyTagAsync(IOutputCacheStore store, OutputWay way)
    {
        var (empty, other) = (NewKey(), NewKey());
        await way.SetAsync(store, empty, [1], [""]);
        await way.SetAsync(store, other, [1], [NewKey()]);
        await store.EvictByTagAsync("", default);
        await HoldsAsync(store, way, empty, null, "what has it");
        await HoldsAsync(store, way, other, [1], "what has another");
    }

    private static async Task NoTagsAsync(IOutputCacheStore store, OutputWay way)
    {
        var (one, two) = (NewKey(), NewKey());
        await way.SetAsync(store, one, [1], tags: null);
        await way.SetAsync(store, two, [1], tags: []);
        await HoldsAsync(store, way, one, [1], "it");
        await HoldsAsync(store, way, two, [1], "it");
    }

    private static async Task LongAsync(IOutputCacheStore store, OutputWay way)
    {
        var key = NewKey().PadRight(2_000, 'k');
        await way.SetAsync(store, key, [1]);
        await HoldsAsync(store, way, key, [1], "it");
    }

    private static async Task HoldsAsync(
        IOutputCacheStore store,
        OutputWay way,
        string key,
        byte[]? expected,
        string what
    )
    {
        var found = await way.GetAsync(store, key);
        ContractRow.Must(
            expected is null ? found is null : found is not null && found.AsSpan().SequenceEqual(expected),
            $"{what} has {(found is null ? "nothing" : $"{found.Length} bytes")}, not {(expected is null ? "nothing" : $"those {expected.Length}")}"
        );
    }

    private static byte[] Response(int length)
    {
        var value = new byte[length];
        Random.Shared.NextBytes(value);
        return value;
    }
}
