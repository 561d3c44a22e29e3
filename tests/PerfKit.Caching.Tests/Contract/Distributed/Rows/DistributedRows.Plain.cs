using Microsoft.Extensions.Caching.Distributed;
using PerfKit.Caching.Tests.Contract.Rows;

namespace PerfKit.Caching.Tests.Contract.Distributed.Rows;

internal static partial class DistributedRows
{
    private static IEnumerable<ContractRow> Plain(IDistributedCache cache, Way way) =>
        [.. Values(cache, way), .. Removals(cache, way), .. Keys(cache, way), .. Arguments(cache, way)];

    private static IEnumerable<ContractRow> Values(IDistributedCache cache, Way way) =>
        [
            Row(way, "a key without a value gives nothing", () => HoldsAsync(way, cache, NewKey(), null, "it")),
            .. new[] { 0, 1, 2, 17, 18, 100, 64 * 1024, 1 << 20 }.Select(length =>
                Row(
                    way,
                    $"a value of {length} bytes is read as it was written",
                    async () =>
                    {
                        var (key, value) = (NewKey(), Value(length));
                        await way.SetAsync(cache, key, value, Lasting);
                        await HoldsAsync(way, cache, key, value, "it");
                        await HoldsAsync(way, cache, key, value, "a second read");
                    }
                )
            ),
            Row(
                way,
                "a write replaces the value that is there",
                async () =>
                {
                    var (key, value) = (NewKey(), Value(3));
                    await way.SetAsync(cache, key, Value(5_000), For(sliding: TimeSpan.FromMinutes(1)));
                    await way.SetAsync(cache, key, value, Lasting);
                    await HoldsAsync(way, cache, key, value, "it");
                }
            ),
            Row(
                way,
                "what was read is the caller's own",
                async () =>
                {
                    var (key, value) = (NewKey(), Value());
                    await way.SetAsync(cache, key, value, Lasting);
                    var read = (await way.GetAsync(cache, key))!;
                    var kept = read.ToArray();
                    await way.SetAsync(cache, key, Value(), Lasting);
                    await way.GetAsync(cache, key);
                    ContractRow.Must(read.AsSpan().SequenceEqual(kept), "a later read changes it");
                }
            ),
        ];

    private static IEnumerable<ContractRow> Removals(IDistributedCache cache, Way way) =>
        [
            Row(
                way,
                "a removed value is gone, and what was removed may be written again",
                async () =>
                {
                    var (key, value) = (NewKey(), Value());
                    await way.SetAsync(cache, key, Value(), Lasting);
                    await way.RemoveAsync(cache, key);
                    await HoldsAsync(way, cache, key, null, "it");
                    await way.SetAsync(cache, key, value, Lasting);
                    await HoldsAsync(way, cache, key, value, "the second");
                }
            ),
            Row(way, "removing what is not there is no error", () => way.RemoveAsync(cache, NewKey())),
            Row(
                way,
                "refreshing what is not there is no error and makes nothing",
                async () =>
                {
                    var key = NewKey();
                    await way.RefreshAsync(cache, key);
                    await HoldsAsync(way, cache, key, null, "it");
                }
            ),
            Row(
                way,
                "a refreshed value is the same",
                async () =>
                {
                    var (key, value) = (NewKey(), Value());
                    await way.SetAsync(cache, key, value, For(sliding: TimeSpan.FromMinutes(1)));
                    await way.RefreshAsync(cache, key);
                    await HoldsAsync(way, cache, key, value, "it");
                }
            ),
            Row(
                way,
                "many at a time read each their own",
                async () =>
                {
                    var entries = Enumerable.Range(0, 300).Select(i => (Key: NewKey(), Value: Value(i))).ToList();
                    await Task.WhenAll(entries.Select(it => way.SetAsync(cache, it.Key, it.Value, Lasting)));
                    await Task.WhenAll(entries.Select(it => HoldsAsync(way, cache, it.Key, it.Value, "one")));
                }
            ),
        ];

    private static IEnumerable<ContractRow> Keys(IDistributedCache cache, Way way)
    {
        string[][] different =
        [
            ["Key", "key"],
            ["key", "key ", " key"],
            ["a:b", "a", "a:", ":b", "a::b"],
            ["line\r\nSET x y\r\n", "line"],
            ["zero\0one", "zero"],
            ["\u00e9", "e\u0301", "e"],
            ["\ud83d\ude00", "\ud83d\ude01"],
            ["*", "k?y", "[k]ey", "{tag}key"],
            [new string('k', 100_000), new string('k', 100_001)],
        ];
        return different.Select(
            (keys, i) =>
                Row(
                    way,
                    $"keys that differ have values that differ ({i})",
                    async () =>
                    {
                        var salt = NewKey();
                        var entries = keys.Select(key => (Key: salt + key + salt, Value: Value())).ToList();
                        foreach (var (key, value) in entries)
                        {
                            await way.SetAsync(cache, key, value, Lasting);
                        }

                        foreach (var (key, value) in entries)
                        {
                            await HoldsAsync(way, cache, key, value, "one");
                        }
                    }
                )
        );
    }

    private static IEnumerable<ContractRow> Arguments(IDistributedCache cache, Way way) =>
        [
            Row(
                way,
                "a null key is an argument error everywhere",
                async () =>
                {
                    await NullAsync(() => way.GetAsync(cache, null!), "a read");
                    await NullAsync(() => way.SetAsync(cache, null!, Value(), Lasting), "a write");
                    await NullAsync(() => way.RefreshAsync(cache, null!), "a refresh");
                    await NullAsync(() => way.RemoveAsync(cache, null!), "a removal");
                }
            ),
            Row(
                way,
                "null values and options are argument errors",
                async () =>
                {
                    await NullAsync(() => way.SetAsync(cache, NewKey(), null!, Lasting), "a value");
                    await NullAsync(() => way.SetAsync(cache, NewKey(), Value(), null!), "options");
                }
            ),
        ];

    /// <summary>What the framework's provider on Redis does, and its cache in memory does not.</summary>
    private static IEnumerable<ContractRow> OfProvider(IDistributedCache cache, Way way) =>
        [
            Row(
                way,
                "an absolute expiration that has passed is an argument error and writes nothing",
                async () =>
                {
                    var (key, value) = (NewKey(), Value());
                    await way.SetAsync(cache, key, value, Lasting);
                    var past = new DistributedCacheEntryOptions
                    {
                        AbsoluteExpiration = TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(1),
                    };
                    await OutOfRangeAsync(() => way.SetAsync(cache, key, Value(), past), "a write");
                    await HoldsAsync(way, cache, key, value, "what was there");
                }
            ),
            .. Tokens(cache, way),
        ];

    private static IEnumerable<ContractRow> Tokens(IDistributedCache cache, Way way) =>
        !way.TakesToken
            ? []
            :
            [
                Row(
                    way,
                    "a cancelled token ends each call before it does anything",
                    async () =>
                    {
                        var (key, value) = (NewKey(), Value());
                        await way.SetAsync(cache, key, value, Lasting);
                        var over = new CancellationToken(canceled: true);
                        await OverAsync(() => way.GetAsync(cache, key, over), "a read");
                        await OverAsync(() => way.SetAsync(cache, key, Value(), Lasting, over), "a write");
                        await OverAsync(() => way.RefreshAsync(cache, key, over), "a refresh");
                        await OverAsync(() => way.RemoveAsync(cache, key, over), "a removal");
                        await HoldsAsync(way, cache, key, value, "what was there");
                    }
                ),
            ];

    private static Task NullAsync(Func<Task> call, string what) =>
        ContractRow.ThrowsAsync<ArgumentNullException>(call, what);

    private static Task OutOfRangeAsync(Func<Task> call, string what) =>
        ContractRow.ThrowsAsync<ArgumentOutOfRangeException>(call, what);

    private static Task OverAsync(Func<Task> call, string what) =>
        ContractRow.ThrowsAsync<OperationCanceledException>(call, what);
}
