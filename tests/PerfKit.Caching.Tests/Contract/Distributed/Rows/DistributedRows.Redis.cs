using System.Buffers;
using System.Text;
using Microsoft.Extensions.Caching.Distributed;
using PerfKit.Caching.Tests.Contract.Rows;
using StackExchange.Redis;

namespace PerfKit.Caching.Tests.Contract.Distributed.Rows;

internal static partial class DistributedRows
{
    private static IEnumerable<ContractRow> Strangers(RedisStand stand, Way way)
    {
        byte[] sliding = [0xD1, 1, 0, 0, 0, 0, 0, 0, 0xEA, 0x60, 0, 0, 0, 0, 0, 0, 0];
        byte[] endless = [0xD1, 1, .. Enumerable.Repeat((byte)0xFF, 16), 1, 2, 3];
        (string What, Func<RedisKey, Task> Put, bool IsRead)[] strangers =
        [
            ("an empty text", key => stand.Redis.StringSetAsync(key, ""), false),
            ("a text", key => stand.Redis.StringSetAsync(key, "{\"name\":\"a text of somebody else\"}"), false),
            ("a number", key => stand.Redis.StringIncrementAsync(key), false),
            ("half a header", key => stand.Redis.StringSetAsync(key, new byte[] { 0xD1 }), false),
            ("another version", key => stand.Redis.StringSetAsync(key, new byte[] { 0xD2, 0, 1, 2, 3 }), false),
            ("another kind", key => stand.Redis.StringSetAsync(key, new byte[] { 0xD1, 9, 1, 2, 3 }), false),
            ("a sliding header cut short", key => stand.Redis.StringSetAsync(key, sliding), false),
            ("a sliding header with spans beyond all bounds", key => stand.Redis.StringSetAsync(key, endless), true),
            ("a hash, as the framework's provider keeps", key => stand.Redis.HashSetAsync(key, "data", "x"), false),
            ("a list", key => stand.Redis.ListRightPushAsync(key, "x"), false),
            ("a set", key => stand.Redis.SetAddAsync(key, "x"), false),
        ];
        return strangers.Select(it =>
            Row(
                way,
                $"{it.What} under the key is no error, and can be refreshed, replaced and removed",
                async () =>
                {
                    var (key, value) = (NewKey(), Value());
                    await it.Put(RedisStand.Stored(key));
                    if (it.IsRead)
                    {
                        await way.GetAsync(stand.Cache, key);
                    }
                    else
                    {
                        await HoldsAsync(way, stand.Cache, key, null, "it");
                    }

                    await way.RefreshAsync(stand.Cache, key);
                    await LeftAsync(stand, key, null, "it, refreshed,");
                    await way.SetAsync(stand.Cache, key, value, Lasting);
                    await HoldsAsync(way, stand.Cache, key, value, "what was put in its place");
                    await way.RemoveAsync(stand.Cache, key);
                    await it.Put(RedisStand.Stored(key));
                    await way.RemoveAsync(stand.Cache, key);
                    ContractRow.Must(!await stand.Redis.KeyExistsAsync(RedisStand.Stored(key)), "it is not removed");
                }
            )
        );
    }

    private static IEnumerable<ContractRow> Sharing(RedisStand stand) =>
        [
            .. Way.All.SelectMany(writer =>
                Way.All.Select(reader =>
                    Row(
                        reader,
                        $"it reads, refreshes and removes on another node what was written there as {writer.Name}",
                        async () =>
                        {
                            var other = stand.Make("contract", TimeProvider.System);
                            var (key, value) = (NewKey(), Value(5_000));
                            await writer.SetAsync(other, key, value, For(60 * Minute, 10 * Minute));
                            await HoldsAsync(reader, stand.Cache, key, value, "it");
                            await reader.RefreshAsync(stand.Cache, key);
                            await reader.RemoveAsync(stand.Cache, key);
                            await HoldsAsync(writer, other, key, null, "the removed");
                        }
                    )
                )
            ),
            Row(
                "two names share nothing, however they are cut",
                async () =>
                {
                    var salt = NewKey();
                    (string Instance, string Key)[] pairs =
                    [
                        ("a", $"b:{salt}"),
                        ("a:b", salt),
                        ("a%3Ab", salt),
                        ("A:b", salt),
                        ("", $"a:b:{salt}"),
                        (":a:b", salt),
                        ("a:b:", salt),
                    ];
                    var caches = pairs.Select(it => stand.Make(it.Instance, TimeProvider.System)).ToList();
                    for (var i = 0; i < pairs.Length; i++)
                    {
                        await caches[i].SetAsync(pairs[i].Key, [(byte)i], Lasting);
                    }

                    for (var i = 0; i < pairs.Length; i++)
                    {
                        await HoldsAsync(
                            Way.OfBytes[1],
                            caches[i],
                            pairs[i].Key,
                            [(byte)i],
                            $"that of '{pairs[i].Instance}'"
                        );
                    }
                }
            ),
        ];

    private static IEnumerable<ContractRow> Texts(RedisStand stand) =>
        [
            Row(
                "texts are read as they were written by the framework's extensions",
                async () =>
                {
                    var key = NewKey();
                    await stand.Cache.SetStringAsync(key, "caf\u00e9 \ud83d\ude00");
                    var read = await stand.Cache.GetStringAsync(key);
                    ContractRow.Must(read == "caf\u00e9 \ud83d\ude00", $"it reads {read}");
                }
            ),
            Row(
                "a key that UTF-8 cannot carry is an argument error",
                async () =>
                {
                    foreach (var key in new[] { "\ud800", "a\udc00", "\udc00\ud800", "\ud83d\ude00\ud83d" })
                    {
                        await ContractRow.ThrowsAsync<ArgumentException>(() => stand.Cache.GetAsync(key), "a read");
                        await ContractRow.ThrowsAsync<ArgumentException>(
                            () => stand.Cache.SetAsync(key, Value(), Lasting),
                            "a write"
                        );
                    }
                }
            ),
        ];

    private static IEnumerable<ContractRow> Buffers(RedisStand stand)
    {
        var cache = (IBufferDistributedCache)stand.Cache;
        return
        [
            new(
                "a value is written behind what the buffer holds",
                async token =>
                {
                    var key = NewKey();
                    await cache.SetAsync(key, "world"u8.ToArray(), Lasting, token);
                    var buffer = new ArrayBufferWriter<byte>();
                    buffer.Write("hello "u8);
                    ContractRow.Must(await cache.TryGetAsync(key, buffer, token), "it is not there");
                    ContractRow.Must(cache.TryGet(key, buffer), "it is not there");
                    var text = Encoding.UTF8.GetString(buffer.WrittenSpan);
                    ContractRow.Must(text == "hello worldworld", $"it holds {text}");
                }
            ),
            new(
                "a miss writes nothing into the buffer",
                async token =>
                {
                    var buffer = new ArrayBufferWriter<byte>();
                    ContractRow.Must(!await cache.TryGetAsync(NewKey(), buffer, token), "it is there");
                    ContractRow.Must(!cache.TryGet(NewKey(), buffer), "it is there");
                    ContractRow.Must(buffer.WrittenCount == 0, $"{buffer.WrittenCount} bytes are written");
                }
            ),
            new(
                "a null buffer is an argument error",
                async token =>
                {
                    await NullAsync(() => cache.TryGetAsync(NewKey(), null!, token).AsTask(), "a read");
                    await NullAsync(() => Task.FromResult(cache.TryGet(NewKey(), null!)), "a read");
                }
            ),
            new(
                "a writer's memory is its own again when the write is over",
                async token =>
                {
                    var (key, value, memory) = (NewKey(), Value(100_000), new byte[100_000]);
                    value.CopyTo(memory, 0);
                    await cache.SetAsync(key, new ReadOnlySequence<byte>(memory), Lasting, token);
                    memory.AsSpan().Clear();
                    await HoldsAsync(Way.OfBytes[1], cache, key, value, "it");
                }
            ),
        ];
    }
}
